/** Rosters over HTTP: who is on duty, and the changes holders and planners make. */
import { z } from 'zod';
import { activePack } from '../mechanism/index.ts';
import type { AppContext } from '../platform/context.ts';
import { id } from '../platform/http/contract.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { read } from '../platform/transaction.ts';
import * as commands from './roster-commands.ts';
import * as contract from './roster-contract.ts';
import type { RosterActor } from './roster-desk.ts';
import { confirmHandover, writeHandover } from './roster-handover.ts';
import { handoverPage, listRosters, myDuty, oneRoster, ownCalendar } from './roster-views.ts';
import type { DirectoryDoor } from './routes.ts';
import { directorySnapshot } from './store.ts';
import type { Sight } from './views.ts';

const byId = z.strictObject({ id });
const byPost = z.strictObject({ postId: id });
const done = { 204: z.null() };
const made = { 201: contract.made };

/** `door.admit` has been asked before. Answers H40, H41. */
export function rosterRoutes(ctx: AppContext, door: DirectoryDoor): FastifyPluginAsyncZod {
  const { actorOf, cases = { open: async () => [], byId: async () => [] }, tellRoster } = door;
  return async (app) => {
    const look = <T>(actor: RosterActor, work: (sight: Sight) => Promise<T>): Promise<T> =>
      read(ctx.database, actor, ctx.clock, async (tx) => {
        const { pack } = await activePack(ctx, tx);
        return work({ tx, pack, snapshot: await directorySnapshot(ctx, tx) });
      });

    app.get(
      '/api/v1/rosters',
      {
        schema: {
          ...about('roster', '值勤表一覽', 'Rosters, with who is on duty now'),
          response: { 200: contract.rosterList },
        },
      },
      async (request) => look(actorOf(request), (sight) => listRosters(sight, actorOf(request))),
    );

    app.get(
      '/api/v1/rosters/:postId',
      {
        schema: {
          ...about('roster', '一個職位的值勤表', 'The roster of one post'),
          params: byPost,
          querystring: contract.rosterQuery,
          response: { 200: contract.rosterView },
        },
      },
      async (request) =>
        look(actorOf(request), (sight) =>
          oneRoster(sight, actorOf(request), request.params.postId, request.query),
        ),
    );

    app.post(
      '/api/v1/rosters/:postId/plan',
      {
        schema: {
          ...about('roster', '依輪值方式排班', 'Plan days by a pattern, or see what it would give'),
          params: byPost,
          body: contract.planInput,
          response: { 200: contract.planned },
        },
      },
      async (request) => {
        const actor = actorOf(request);
        const { shifts, replaced, gaps } = await commands.planRoster(
          ctx,
          actor,
          request.params.postId,
          request.body,
        );
        return look(actor, async ({ snapshot }) => {
          const ref = (personId: string) => {
            const one = snapshot.persons.get(personId);
            return { id: personId, name: { zh: one?.nameZh ?? '—', en: one?.nameEn || one?.nameZh || '—' } };
          };
          return {
            shifts: shifts.map(({ personId, place, from, to }) => ({
              person: ref(personId),
              place,
              from: from.toISOString(),
              to: to.toISOString(),
            })),
            replaced,
            gaps: gaps.map(({ from, to, why, personId }) => ({
              from: from.toISOString(),
              to: to.toISOString(),
              why,
              person: personId === null ? null : ref(personId),
            })),
          };
        });
      },
    );

    app.delete(
      '/api/v1/rosters/:postId',
      {
        schema: {
          ...about('roster', '不再排值勤', 'Keep no roster any longer'),
          params: byPost,
          response: done,
        },
      },
      async (request, reply) => {
        await commands.endRoster(ctx, actorOf(request), request.params.postId);
        return reply.status(204).send(null);
      },
    );

    app.post(
      '/api/v1/rosters/:postId/shifts',
      {
        schema: {
          ...about('roster', '新增一班', 'Put a holder on a shift'),
          params: byPost,
          body: contract.shiftInput,
          response: made,
        },
      },
      async (request, reply) => {
        const made = await commands.addShift(ctx, actorOf(request), request.params.postId, request.body);
        return reply.status(201).send({ id: made });
      },
    );

    app.patch(
      '/api/v1/shifts/:id',
      {
        schema: {
          ...about('roster', '變更一班', 'Change a shift'),
          params: byId,
          body: contract.shiftPatch,
          response: done,
        },
      },
      async (request, reply) => {
        await commands.changeShift(ctx, actorOf(request), request.params.id, request.body);
        return reply.status(204).send(null);
      },
    );

    app.delete(
      '/api/v1/shifts/:id',
      { schema: { ...about('roster', '取消一班', 'Withdraw a shift'), params: byId, response: done } },
      async (request, reply) => {
        await commands.removeShift(ctx, actorOf(request), request.params.id);
        return reply.status(204).send(null);
      },
    );

    app.post(
      '/api/v1/shifts/:id/swaps',
      {
        schema: {
          ...about('roster', '請求或指定換班', 'Ask another holder to take a shift, or order it'),
          params: byId,
          body: contract.swapInput,
          response: made,
        },
      },
      async (request, reply) => {
        const swap = await commands.askSwap(
          ctx,
          actorOf(request),
          request.params.id,
          request.body,
          tellRoster,
        );
        return reply.status(201).send({ id: swap });
      },
    );

    app.post(
      '/api/v1/swaps/:id/answer',
      {
        schema: {
          ...about('roster', '同意或婉拒換班', 'Agree to a swap, or not'),
          params: byId,
          body: contract.swapAnswer,
          response: done,
        },
      },
      async (request, reply) => {
        await commands.answerSwap(ctx, actorOf(request), request.params.id, request.body.agree, tellRoster);
        return reply.status(204).send(null);
      },
    );

    app.delete(
      '/api/v1/swaps/:id',
      { schema: { ...about('roster', '收回換班', 'Take a swap back'), params: byId, response: done } },
      async (request, reply) => {
        await commands.withdrawSwap(ctx, actorOf(request), request.params.id, tellRoster);
        return reply.status(204).send(null);
      },
    );

    app.post(
      '/api/v1/rosters/:postId/absences',
      {
        schema: {
          ...about('roster', '登記不克值勤', 'Say when somebody cannot serve'),
          params: byPost,
          body: contract.absenceInput,
          response: made,
        },
      },
      async (request, reply) => {
        const absence = await commands.addAbsence(ctx, actorOf(request), request.params.postId, request.body);
        return reply.status(201).send({ id: absence });
      },
    );

    app.delete(
      '/api/v1/absences/:id',
      {
        schema: { ...about('roster', '取消不克值勤', 'Take an absence back'), params: byId, response: done },
      },
      async (request, reply) => {
        await commands.removeAbsence(ctx, actorOf(request), request.params.id);
        return reply.status(204).send(null);
      },
    );

    app.get(
      '/api/v1/rosters/:postId/handovers',
      {
        schema: {
          ...about('roster', '交接紀錄', 'Hand-over notes, and what a new one would list'),
          params: byPost,
          response: { 200: contract.handoverPage },
        },
      },
      async (request) =>
        look(actorOf(request), (sight) =>
          handoverPage(sight, actorOf(request), request.params.postId, cases),
        ),
    );

    app.post(
      '/api/v1/rosters/:postId/handovers',
      {
        schema: {
          ...about('roster', '填寫交接紀錄', 'Write a hand-over note'),
          params: byPost,
          body: contract.handoverInput,
          response: made,
        },
      },
      async (request, reply) => {
        const note = await writeHandover(
          ctx,
          actorOf(request),
          cases,
          request.params.postId,
          request.body.text,
        );
        return reply.status(201).send({ id: note });
      },
    );

    app.post(
      '/api/v1/handovers/:id/confirm',
      {
        schema: {
          ...about('roster', '確認已讀交接', 'Confirm that a hand-over note was read'),
          params: byId,
          response: done,
        },
      },
      async (request, reply) => {
        await confirmHandover(ctx, actorOf(request), request.params.id);
        return reply.status(204).send(null);
      },
    );

    app.get(
      '/api/v1/me/duty',
      {
        schema: {
          ...about('roster', '我的值勤', 'One’s own shifts, swaps and hand-overs'),
          response: { 200: contract.myDuty },
        },
      },
      async (request) => look(actorOf(request), (sight) => myDuty(sight, actorOf(request))),
    );

    app.get('/api/v1/me/duty.ics', { config: { raw: true } }, async (request, reply) => {
      const lang = request.lang === 'en' ? 'en' : 'zh';
      const text = await look(actorOf(request), (sight) => ownCalendar(sight, actorOf(request), lang));
      return reply
        .header('content-type', 'text/calendar; charset=utf-8')
        .header('content-disposition', 'attachment; filename="tocsin-duty.ics"')
        .header('cache-control', 'no-store')
        .send(text);
    });
  };
}
