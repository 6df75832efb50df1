/** What Tocsin is made of is written down, and comes from where it should (KEY-10). */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  BUDGET,
  browserImports,
  faultsOf,
  type Lock,
  sbomOf,
  sbomText,
  usesOf,
} from '../../scripts/sbom.mjs';

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
const places = Object.keys(lock.packages).filter((place) => place !== '');

it('KEY-10: every package has a checksum and comes from a registry', () => {
  expect(places.length).toBeGreaterThan(100);
  expect(faultsOf(lock)).toEqual([]);
  const withFault = (entry: object) => ({
    ...lock,
    packages: { 'node_modules/evil': { version: '1.0.0', ...entry } },
  });
  const integrity = `sha512-${'A'.repeat(86)}==`;
  for (const bad of [
    {},
    { integrity: 'sha1-AAAA' },
    { integrity, link: true },
    { integrity, resolved: 'git+ssh://git@host.example/evil.git#1' },
    { integrity, resolved: 'http://host.example/evil.tgz' },
    { integrity, dependencies: { worse: 'git+https://host.example/worse.git' } },
    { integrity, dependencies: { worse: 'someone/worse' } },
  ]) {
    expect(faultsOf(withFault(bad)), JSON.stringify(bad)).toHaveLength(1);
  }
});

it('KEY-10: the bill of materials names exactly the packages of the lockfile, with their checksums', () => {
  const bom = sbomOf(lock, browserImports());
  const inBom = bom.components.map(({ group, name, version, hashes }) => [
    group ? `${group}/${name}` : name,
    version,
    `sha512-${Buffer.from(hashes[0]?.content ?? '', 'hex').toString('base64')}`,
  ]);
  const inLock = places.map((place) => [
    place.replace(/^.*node_modules\//, ''),
    lock.packages[place]?.version,
    lock.packages[place]?.integrity,
  ]);
  expect(inBom.sort()).toEqual(inLock.sort());
  const refs = new Set(bom.dependencies.map((one) => one.ref));
  for (const { dependsOn } of bom.dependencies) for (const ref of dependsOn) expect(refs).toContain(ref);
});

it('KEY-10: the written bill is the one of this lockfile, byte for byte, and tells nothing of the machine', () => {
  const written = readFileSync('docs/sbom.cdx.json', 'utf8');
  expect(written === sbomText(), 'npm run sbom').toBe(true);
  expect(written).not.toMatch(/timestamp|file:|https?:\/\/(?!cyclonedx\.org\/schema)/);
});

it('KEY-10: no more packages run on a server than the budget allows', () => {
  const servers = [...usesOf(lock, browserImports()).values()].filter((use) => use.includes('server'));
  expect(servers.length, `aim ${BUDGET.aim}`).toBeLessThanOrEqual(BUDGET.ceiling);
});
