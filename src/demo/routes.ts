/** The demonstration over HTTP: registered only where the demonstration runs. */
import type { AppContext } from '../platform/context.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { demoView, mailList, mailQuery } from './contract.ts';
import { DEMO_PASSWORD } from './load.ts';
import { listMails } from './mailbox.ts';
import { bodies } from './nation/bodies.ts';
import { people } from './nation/people.ts';
import { personas } from './nation/personas.ts';
import { posts } from './nation/posts.ts';

function found<T>(list: readonly T[], test: (one: T) => boolean): T {
  const one = list.find(test);
  if (one === undefined) throw new Error('the demonstration names something it does not have');
  return one;
}

/** `GET /api/v1/demo` (who may be tried) and `GET /api/v1/demo/mails` (the mailbox). */
export function demoRoutes(ctx: AppContext): FastifyPluginAsyncZod {
  const view = {
    personas: personas.map((persona) => {
      const person = found(people, (one) => one.code === persona.person);
      const post = found(posts, (one) => one.code === persona.post);
      const body = found(bodies, (one) => one.code === person.organisation);
      return {
        login: person.email,
        password: DEMO_PASSWORD,
        name: { zh: person.nameZh, en: person.nameEn },
        post: { zh: post.nameZh, en: post.nameEn },
        organisation: { zh: body.nameZh, en: body.nameEn },
        sentence: { zh: persona.sentenceZh, en: persona.sentenceEn },
      };
    }),
  };
  return async (app) => {
    app.get(
      '/api/v1/demo',
      {
        schema: { ...about('demo', '展示用帳號', 'The demonstration’s people'), response: { 200: demoView } },
      },
      async () => view,
    );
    app.get(
      '/api/v1/demo/mails',
      {
        schema: {
          ...about('demo', '展示信箱', 'The demonstration’s mailbox'),
          querystring: mailQuery,
          response: { 200: mailList },
        },
      },
      (request) => listMails(ctx, request.query),
    );
  };
}
