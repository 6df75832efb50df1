/** Whom a ladder has reached in another's place: his inbox lists it, and what he does with the case answers it (H40, H41). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DirectoryRows } from '../../src/directory/index.ts';
import { type Door, openDoor } from '../isolation/house.ts';
import { openStory, type Story } from './harness.ts';
import { morePeople } from './nation.ts';

/** One of the centre's duty officers is in his own house the second contact; another of that house is of its team. */
const rows: DirectoryRows = {
  ...morePeople,
  persons: [
    ...(morePeople.persons ?? []),
    ...['lent', 'edu-team', 'bystander'].map((code) => ({
      code,
      organisation: 'county-edu',
      nameZh: code,
      nameEn: code,
      email: `${code}@county-edu.example`,
    })),
  ],
  contacts: [
    { organisation: 'county-edu', person: 'inspector' },
    { organisation: 'county-edu', person: 'lent' },
  ],
  teamMembers: [
    ...(morePeople.teamMembers ?? []),
    { organisation: 'county-edu', person: 'edu-team', function: 'crisis' },
  ],
  holdings: [...(morePeople.holdings ?? []), { post: 'duty-officer', person: 'lent' }],
};

interface Inbox {
  items: {
    id: string;
    instead: boolean;
    caseId: string | null;
    number: string | null;
    post: { id: string };
  }[];
  waiting: number;
}

describe('reached by a rung', () => {
  let story: Story;
  let door: Door;
  let contact: string;
  let id: string;
  const inbox = async (who: string, query = '') =>
    (await door.ask(who, 'GET', `/inbox${query}`)).json as unknown as Inbox;
  const ofContact = async (who: string, query = '') =>
    (await inbox(who, query)).items.filter((one) => one.post.id === contact);
  const notice = async (post: string) =>
    (await story.notices(id)).find((one) => one.post === post && one.expects !== 'none');
  const pass = async (from: number, to: number) => {
    for (let minute = from; minute <= to; minute += 1)
      await story.at(`02:${String(minute).padStart(2, '0')}`);
  };

  beforeAll(async () => {
    story = await openStory('2026-03-05T02:30:00+08:00', rows);
    door = await openDoor(story.ctx);
    await door.admit();
    contact = (await story.world.snapshot()).postByCode('contact-county-edu')?.id ?? '';
    await story.at('02:40');
    id = (await story.files('teacher', 'school', { impactLevel: 'A' })).caseId;
    await story.settle();
  }, 120_000);
  afterAll(async () => {
    await door.close();
    await story.close();
  });

  test('H40: the inbox lists a notice from the moment a rung has told the reader, and to nobody before', async () => {
    for (const who of ['lent', 'edu-team', 'bystander']) expect(await ofContact(who), who).toEqual([]);
    await pass(41, 47);
    expect(await ofContact('lent', '?waiting=yes')).toMatchObject([{ instead: true, caseId: id }]);
    // Of the handling team: his own seat was never told.
    const [mine] = await ofContact('edu-team', '?waiting=yes');
    expect(mine).toMatchObject({ instead: true, caseId: id });
    expect((await inbox('edu-team')).waiting).toBe(1);
    expect((await ofContact('inspector'))[0]).toMatchObject({ instead: false });
    expect(await ofContact('bystander')).toEqual([]);
    expect((await inbox('bystander')).waiting).toBe(0);
    // What else that post is told does not thereby become his.
    expect((await ofContact('lent', '?limit=100')).every((one) => one.instead)).toBe(true);
  });

  test('H41: he opens it as his own, and it is still not confirmed by that', async () => {
    const [mine] = await ofContact('edu-team');
    expect((await door.ask('edu-team', 'POST', `/notices/${mine?.id}/opened`)).status).toBe(200);
    expect((await door.ask('bystander', 'POST', `/notices/${mine?.id}/opened`)).status).toBe(404);
    expect((await notice('contact-county-edu'))?.acknowledgedAt).toBeNull();
  });

  test('H40 H41: taking the case in another post confirms what the rung told him, and the ladder goes no further', async () => {
    await story.does('lent', id, { act: 'take' });
    const { personId } = await story.person('lent');
    const answered = await notice('contact-county-edu');
    expect(answered).toMatchObject({
      status: 'acknowledged',
      acknowledgedBy: personId,
      acknowledgedHow: 'act',
    });
    const rungs = async () =>
      (
        await story.change((tx) =>
          tx.query(
            `select seq from facts where stream_id = $1 and kind = 'rung-reached' and data ->> 'notice' = $2`,
            [id, answered?.id],
          ),
        )
      ).length;
    const before = await rungs();
    await pass(48, 59);
    expect(await rungs()).toBe(before);
    const waiting = (await ofContact('edu-team', '?waiting=yes')).map((one) => one.id);
    expect(waiting).not.toContain(answered?.id);
  });

  test('H41: somebody no rung has reached confirms by acting nothing but his own post’s', async () => {
    await story.on('2026-03-06', '02:40');
    id = (await story.files('teacher', 'school', { impactLevel: 'A' })).caseId;
    await pass(41, 47);
    await story.does('officer2', id, { act: 'take' });
    expect((await notice('contact-county-edu'))?.acknowledgedAt).toBeNull();
    expect((await notice('duty-officer'))?.status).toBe('acknowledged');
  });
});
