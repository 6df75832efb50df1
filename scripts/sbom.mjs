/**
 * `npm run sbom`: writes docs/sbom.cdx.json, the list of every package Tocsin is made of (CycloneDX 1.6), from
 * package-lock.json alone. The same lockfile gives the same bytes: no time, machine, path or registry stands in it.
 * `npm run sbom -- --check` writes nothing and exits 1 when the file is not what the lockfile says. KEY-10.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(root, 'docs/sbom.cdx.json');

/** How many packages may run on a server at the most, and how many we would rather have. Raised only with a reason. */
export const BUDGET = { ceiling: 170, aim: 60 };

/** The package's name from its place in the tree. */
const nameAt = (place) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Where `name` is found by a package at `from`, as Node looks for it: nearest first. */
function resolve(packages, from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const place = `${at ? `${at}/` : ''}node_modules/${name}`;
    if (packages[place]) return place;
    if (at === '') return undefined;
  }
}

/** Places of the packages that `place` needs. */
function needsOf(packages, place) {
  const entry = packages[place];
  const names = Object.keys({
    ...entry.dependencies,
    ...entry.optionalDependencies,
    ...entry.peerDependencies,
  });
  return names.map((name) => resolve(packages, place, name)).filter((found) => found !== undefined);
}

/** Everything that is reached from some packages. */
function closure(packages, names) {
  const reached = new Set();
  const waiting = names.map((name) => resolve(packages, '', name)).filter((place) => place !== undefined);
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (reached.has(place)) continue;
    reached.add(place);
    waiting.push(...needsOf(packages, place));
  }
  return reached;
}

/** Packages the sources of the web app import: built into its bundle, they run in people's browsers. */
export function browserImports(folder = join(root, 'web/src')) {
  const names = new Set();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/(?<!\.test)\.tsx?$/.test(entry.name)) continue;
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
    for (const [, name] of text.matchAll(/(?:from|import\(?)\s*'((?:@[\w.-]+\/)?[\w][\w.-]*)/g))
      names.add(name);
  }
  return [...names].sort();
}

/** What is wrong with a lockfile: packages without a checksum, or from anywhere but a registry. */
export function faultsOf(lock) {
  const faults = [];
  if (lock.lockfileVersion !== 3) faults.push(`lockfile version ${lock.lockfileVersion}, not 3`);
  for (const [place, entry] of Object.entries(lock.packages)) {
    if (place === '') continue;
    if (entry.link || !place.includes('node_modules/')) faults.push(`${place}: a link to a folder`);
    if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(entry.integrity ?? '')) faults.push(`${place}: no checksum`);
    if (/^(git|https?|file)/.test(entry.resolved ?? ''))
      faults.push(`${place}: from ${entry.resolved.split(':')[0]}`);
    const wanted = { ...entry.dependencies, ...entry.optionalDependencies };
    for (const [name, range] of Object.entries(wanted)) {
      if (/^(git|https?:|github:|file:)|^[\w-]+\/[\w.-]+(#|$)/.test(range))
        faults.push(`${place}: ${name} from ${range}`);
    }
  }
  return faults;
}

/** Who runs a package: `server` in production, `browser` inside the bundle, `development` for builds and tests only. */
export function usesOf(lock, browserNames) {
  const inBrowser = closure(lock.packages, browserNames);
  return new Map(
    Object.entries(lock.packages)
      .filter(([place]) => place !== '')
      .map(([place, entry]) => {
        const uses = [];
        if (!entry.dev && !entry.devOptional) uses.push('server');
        if (inBrowser.has(place)) uses.push('browser');
        return [place, uses.length > 0 ? uses : ['development']];
      }),
  );
}

/** The bill of materials of a lockfile, as an object ready to be written. */
export function sbomOf(lock, browserNames) {
  const { packages } = lock;
  const uses = usesOf(lock, browserNames);
  const places = [...uses.keys()].sort();
  const purl = (place) => `pkg:npm/${nameAt(place).replace('@', '%40')}@${packages[place].version}`;
  // The same version may stand in several places of the tree; each place is a component of its own.
  const ref = (place) => `${purl(place)}#${place}`;
  const self = packages[''];
  const id = createHash('sha256').update(JSON.stringify(lock)).digest('hex');
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-8${id.slice(17, 20)}-${id.slice(20, 32)}`,
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': 'tocsin',
        name: self.name ?? lock.name,
        version: self.version ?? lock.version,
        licenses: [{ license: { id: 'Apache-2.0' } }],
      },
    },
    components: places.map((place) => {
      const entry = packages[place];
      const [group, name] = nameAt(place).startsWith('@')
        ? nameAt(place).split('/')
        : [undefined, nameAt(place)];
      const use = uses.get(place);
      return {
        type: 'library',
        'bom-ref': ref(place),
        ...(group ? { group } : {}),
        name,
        version: entry.version,
        scope: use.includes('development') ? 'excluded' : entry.optional ? 'optional' : 'required',
        hashes: [
          {
            alg: 'SHA-512',
            content: Buffer.from(entry.integrity.replace('sha512-', ''), 'base64').toString('hex'),
          },
        ],
        ...(typeof entry.license === 'string' ? { licenses: [{ expression: entry.license }] } : {}),
        purl: purl(place),
        properties: use.map((one) => ({ name: 'tocsin:runs', value: one })),
      };
    }),
    dependencies: [
      {
        ref: 'tocsin',
        dependsOn: Object.keys({
          ...self.dependencies,
          ...self.devDependencies,
          ...self.optionalDependencies,
        })
          .map((name) => ref(resolve(packages, '', name)))
          .sort(),
      },
      ...places.map((place) => ({ ref: ref(place), dependsOn: needsOf(packages, place).map(ref).sort() })),
    ],
  };
}

/** The file's text for the lockfile and sources of this checkout. */
export function sbomText() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return `${JSON.stringify(sbomOf(lock, browserImports()), null, 1)}\n`;
}

if (process.argv[1]?.endsWith('sbom.mjs')) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const uses = [...usesOf(lock, browserImports())];
  const servers = uses.filter(([, use]) => use.includes('server'));
  const count = (use) => uses.filter(([, of]) => of.includes(use)).length;
  const platforms = servers.filter(([place]) => lock.packages[place].os || lock.packages[place].cpu).length;
  process.stdout.write(
    `${servers.length} packages on the server (ceiling ${BUDGET.ceiling}, aim ${BUDGET.aim}), ${platforms} of them for one platform each; ` +
      `${count('browser')} in the browser's bundle; ${count('development')} for development only.\n`,
  );
  const faults = faultsOf(lock);
  if (servers.length > BUDGET.ceiling)
    faults.push(`${servers.length} packages are more than ${BUDGET.ceiling}`);
  const text = sbomText();
  if (process.argv.includes('--check')) {
    if (readFileSync(OUT, 'utf8') !== text)
      faults.push('docs/sbom.cdx.json is not what the lockfile says: npm run sbom');
  } else writeFileSync(OUT, text);
  for (const fault of faults) process.stderr.write(`✗ ${fault}\n`);
  process.exit(faults.length === 0 ? 0 : 1);
}
