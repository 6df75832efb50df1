import { describe, expect, it } from 'vitest';
import { authorityOf, bodies, bodiesAt, bodyOf } from './bodies.ts';
import { bodyWithoutContact, contactsOf, handlingTeams, people, personOf } from './people.ts';
import { personas } from './personas.ts';
import { bodyWithActingContact, contactPostOf, postOf, posts } from './posts.ts';
import { systems } from './systems.ts';

const now = new Date('2026-11-22T12:00:00Z');

function unique(values: readonly string[]): void {
  expect(new Set(values).size).toBe(values.length);
}

describe('the demonstration nation (DEC-24)', () => {
  it('has unique codes, names and addresses', () => {
    unique(bodies.map((body) => body.code));
    unique(bodies.map((body) => body.nameZh));
    unique(bodies.map((body) => body.nameEn));
    unique(people.map((person) => person.code));
    unique(people.map((person) => person.nameZh));
    unique(people.map((person) => person.email));
    unique(posts.map((post) => post.code));
    unique(systems.map((system) => system.code));
    unique(systems.flatMap((system) => system.ips));
    unique(systems.map((system) => system.osSerial));
  });

  it('is of the size the mechanism is shown with', () => {
    expect(bodies.length).toBeGreaterThanOrEqual(150);
    expect(people.length).toBeGreaterThanOrEqual(330);
    expect(systems.length).toBeGreaterThanOrEqual(220);
  });

  it('names superiors before the bodies below them, without a circle', () => {
    const seen = new Set<string>();
    for (const body of bodies) {
      if (body.superior !== null) expect(seen.has(body.superior), body.code).toBe(true);
      if (body.authority !== null) expect(bodyOf(body.authority).code).toBe(body.authority);
      seen.add(body.code);
    }
  });

  it('gives every address to the invented internet and every host to a documentation network', () => {
    for (const mail of [...bodies.map((body) => body.email), ...people.map((person) => person.email)]) {
      expect(mail).toMatch(/^[a-z0-9.]+@[a-z0-9-]+\.(gov|com|edu|org|mil)\.example$/);
    }
    for (const phone of [
      ...bodies.flatMap((body) => [body.phone, body.fax]),
      ...people.map((p) => p.phone),
    ]) {
      expect(phone).toMatch(/^0\d{1,2}-000[01]-\d{4}( #\d{3})?$/);
    }
    for (const ip of systems.flatMap((system) => system.ips)) {
      expect(ip).toMatch(/^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$|^2001:db8:/);
    }
    for (const domain of systems.flatMap((system) => system.domains)) expect(domain).toMatch(/\.example$/);
  });

  it('gives every body one contact post, vacant only where the contact is lost (S8.1.1, H41)', () => {
    for (const body of bodies) {
      const post = postOf(contactPostOf(body.code));
      expect(post.holders.length === 0).toBe(body.code === bodyWithoutContact);
    }
    expect(contactsOf(bodyWithoutContact)).toEqual([]);
    expect(postOf(contactPostOf(bodyWithActingContact)).holders.every((holder) => holder.acting)).toBe(true);
    expect(postOf('wg-information').holders).toEqual([]);
  });

  it('has only holders, team members and personas who exist', () => {
    for (const post of posts) {
      bodyOf(post.organisation);
      for (const holder of post.holders) personOf(holder.person);
    }
    for (const team of handlingTeams) for (const member of team.members) personOf(member.person);
    for (const persona of personas) {
      expect(postOf(persona.post).holders.some((holder) => holder.person === persona.person)).toBe(true);
    }
  });

  it('has a handling team with head, prevention and crisis in every body that has a contact (S7.12.1)', () => {
    for (const team of handlingTeams) {
      const functions = new Set(team.members.map((member) => member.function));
      expect(functions.size, team.organisation).toBe(team.organisation === bodyWithoutContact ? 0 : 3);
    }
  });

  it('lets one person hold several posts of the centre and the Council (DEC-9)', () => {
    const held = posts.filter((post) => post.holders.some((holder) => holder.person === 'fang-cheng-hsien'));
    expect(held.map((post) => post.code).sort()).toEqual([
      'convenor',
      'council-chief-executive',
      'nici-convenor',
    ]);
    expect(posts.filter((post) => post.role === 'deputy-convenor')).toHaveLength(3);
    expect(posts.filter((post) => post.role === 'subgroup-officer')).toHaveLength(8);
  });

  it('has the edge bodies that routing is tested with (DEC-10, DEC-22)', () => {
    expect(bodyOf('food-market').sectors[0]).toBe('food');
    expect(bodyOf('hosp-qingshan').sectors).toEqual(['health', 'local-government']);
    expect(bodyOf('mil-academy').sectors).toEqual(['defence', 'academia']);
    expect(bodyOf('bank-branch').sectors).toEqual(['finance', 'government']);
    expect(authorityOf('power-dispatch').code).toBe('moea');
    expect(authorityOf('school-guangming').code).toBe('qingshan-edu');
  });

  it('merged one body into another at the end of the month before, whatever month it is (H42)', () => {
    expect(bodiesAt(now).find((body) => body.mergedInto !== null)?.validTo).toBe('2026-10-31');
    expect(bodiesAt(new Date('2027-02-28T20:00:00Z')).find((body) => body.mergedInto !== null)?.validTo).toBe(
      '2027-02-28',
    );
  });
});
