/** The centre in stories: what a person sees and does there, by the codes of the story's people. */

import type { z } from 'zod';
import { actInCentre, actInMeeting } from '../../src/centre/commands.ts';
import { centreAct, meetingAct } from '../../src/centre/contract.ts';
import {
  activationView,
  centreView,
  invitationOf,
  meetingView,
  reviewOf,
  situationDraft,
} from '../../src/centre/views.ts';
import type { DirectoryRows } from '../../src/directory/index.ts';
import { openStory, type Story } from './harness.ts';
import { morePeople } from './nation.ts';

/** The working group that runs the centre has somebody in it. */
export const centrePeople: DirectoryRows = {
  ...morePeople,
  persons: [
    ...(morePeople.persons ?? []),
    {
      code: 'wg-officer',
      organisation: 'dgbas-edpc',
      nameZh: '丁召集',
      nameEn: 'Convenor Ting',
      email: 'wg-officer@dgbas-edpc.example',
      phone: '02-0000-3900',
    },
    {
      code: 'tsc-engineer2',
      organisation: 'tsc',
      nameZh: '牛工程師',
      nameEn: 'Engineer Niu',
      email: 'tsc-engineer2@tsc.example',
      phone: '02-0000-3901',
    },
  ],
  holdings: [
    ...(morePeople.holdings ?? []),
    { post: 'wg-crisis', person: 'wg-officer' },
    { post: 'service-centre', person: 'tsc-engineer2' },
  ],
};

type CentreInput = z.input<typeof centreAct>;
type MeetingInput = z.input<typeof meetingAct>;

/** A story with the centre beside it. */
export async function openCentreStory(start: string) {
  const story = await openStory(start, centrePeople);
  const { ctx } = story;
  const post = async (code: string): Promise<string> => {
    const found = (await story.world.snapshot()).postByCode(code);
    if (!found) throw new Error(`no post ${code}`);
    return found.id;
  };
  return Object.assign(story, {
    post,
    async centre(code: string) {
      return centreView(ctx, await story.person(code));
    },
    /** The activation that runs now, as the person sees it. */
    async active(code: string) {
      const actor = await story.person(code);
      const { activations } = await centreView(ctx, actor);
      const one = activations.find((row) => row.active);
      return one ? activationView(ctx, actor, one.id) : null;
    },
    async enters(code: string, id: string) {
      return activationView(ctx, await story.person(code), id);
    },
    async inCentre(code: string, id: string, command: CentreInput) {
      await actInCentre(ctx, await story.person(code), id, centreAct.parse(command));
    },
    async meeting(code: string, id: string) {
      return meetingView(ctx, await story.person(code), id);
    },
    async inMeeting(code: string, id: string, command: MeetingInput) {
      await actInMeeting(ctx, await story.person(code), id, meetingAct.parse(command));
    },
    async invitation(code: string, id: string, lang: 'zh-Hant' | 'en' = 'zh-Hant') {
      return invitationOf(ctx, await story.person(code), id, lang);
    },
    async drafts(code: string, id: string, lang: 'zh-Hant' | 'en' = 'zh-Hant') {
      return (await situationDraft(ctx, await story.person(code), id, lang)).paragraphs;
    },
    async reviews(code: string, id: string) {
      return reviewOf(ctx, await story.person(code), id);
    },
  });
}
export type CentreStory = Awaited<ReturnType<typeof openCentreStory>>;
export type { Story };
