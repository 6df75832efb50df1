/**
 * The walls of the house (ARCHITECTURE.md): rooms talk through their index.ts, rules are pure, the platform knows no
 * domain, the browser gets contracts only. Each message says why; `.ci/boundaries.mjs` runs this and makes sure that
 * the files were really seen.
 */
const TESTS = '(\\.test\\.tsx?|/test-[a-z-]+\\.ts)$';

/** Files of the mechanism that fetch or serve; all others only compute. */
const ACTING = '(load|index|cli|routes|commands|store)\\.ts';

/** Rooms of the product: every folder of src but the two that know no domain. */
const ROOM = '^src/(?!platform/|locales/)([^/]+)/';

/** Files of a room that are pure: rules, what they compute with, and the shapes they speak of. */
const RULES = '^src/([^/]+)/[a-z-]*(rules|evolve|rights|recipients)\\.ts$';

/** What the browser may read of the server's source: shapes, words, rules, pure knowledge of mechanisms. */
const SHARED_WITH_BROWSER = `^src/([^/]+/(contract|[a-z-]*rules)\\.ts$|mechanism/(?!${ACTING})|locales/|platform/(fields|i18n|errors|http/contract)\\.ts$)`;

/** The ledger's rules are sums over bytes: the one place where a rule needs Node's hash functions. */
const LEDGER_RULES = '^src/ledger/rules\\.ts$';

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      comment:
        'Two modules that need each other are one module in two files: neither can be read or tested alone.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'rooms-through-index',
      severity: 'error',
      comment:
        "A room's inside is its own: other rooms use its index.ts (or the shapes in its contract.ts), so that it can be rebuilt without asking them.",
      from: { path: ROOM, pathNot: TESTS },
      to: {
        path: ROOM,
        pathNot: ['^src/$1/', '^src/[^/]+/(index|contract)\\.ts$', '^src/mechanism/'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'platform-knows-no-room',
      severity: 'error',
      comment:
        'The platform carries any mechanism; a domain word in it would make every room depend on one room.',
      from: { path: '^src/platform/', pathNot: TESTS },
      to: { path: ROOM, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'rules-are-pure',
      severity: 'error',
      comment:
        'Rules decide from their arguments alone. With a database, HTTP, time, random or the environment in reach they could not be replayed from the facts.',
      from: { path: RULES, pathNot: [TESTS, LEDGER_RULES] },
      to: {
        pathNot: [
          // Helpers of the same room, but not those that act.
          '^src/$1/(?!store|[a-z-]*commands|routes|index|worker)',
          '^src/[^/]+/[a-z-]*(rules|contract)\\.ts$',
          '^src/mechanism/',
          '^src/platform/(errors|i18n|fields)\\.ts$',
          '^src/locales/',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'mechanism-is-pure',
      severity: 'error',
      comment:
        'What a pack is, is computed with and never fetched: only its files that load or serve a pack may act.',
      from: { path: '^src/mechanism/', pathNot: [TESTS, `^src/mechanism/${ACTING}$`] },
      to: {
        path: '^(src/platform/(?!errors|i18n|fields|http/contract)|node_modules/(?!zod))',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'pure-without-node',
      severity: 'error',
      comment:
        'Rules, contracts, words and the mechanism also run in the browser, where Node has no modules.',
      from: {
        path: [
          RULES,
          '^src/[^/]+/contract\\.ts$',
          '^src/mechanism/',
          '^src/locales/',
          '^src/platform/(errors|i18n|fields|http/contract)\\.ts$',
        ],
        pathNot: [TESTS, LEDGER_RULES, `^src/mechanism/${ACTING}$`],
      },
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'ledger-rules-only-hash',
      severity: 'error',
      comment: 'The rules of the ledger may hash, and nothing else that Node offers.',
      from: { path: LEDGER_RULES },
      to: {
        path: '^(src/(?!ledger/)|node_modules/|(node:)?(?!crypto)[a-z_/]+$)',
        dependencyTypesNot: ['type-only', 'local'],
      },
    },
    {
      name: 'sql-in-stores',
      severity: 'error',
      comment:
        "A room's SQL stands in its store files only: who wants to know what touches a table reads one file.",
      from: {
        path: '^src/(?!platform/)[^/]+/',
        pathNot: [TESTS, '(^|/)[a-z-]*store[a-z-]*\\.ts$', '(^|/)stores?/', '^src/(cli|main|app)'],
      },
      to: { path: '^node_modules/(kysely|pg)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'browser-gets-contracts',
      severity: 'error',
      comment:
        'The web app uses the public API only: of the server it may know contracts, words and the pure mechanism. Anything else would put server code into the bundle.',
      from: { path: '^web/src/', pathNot: TESTS },
      to: {
        path: '^(src|db|packs|scripts)/',
        pathNot: SHARED_WITH_BROWSER,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'browser-without-node',
      severity: 'error',
      comment: 'There is no Node in a browser.',
      from: { path: '^web/src/', pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'server-without-browser',
      severity: 'error',
      comment: 'The server serves the built web app; it never imports its source.',
      from: { path: '^src/' },
      to: { path: '^web/' },
    },
    {
      name: 'product-without-tests',
      severity: 'error',
      comment: 'What runs in production must not need what exists for tests.',
      from: { path: '^(src|web/src)/', pathNot: TESTS },
      to: { path: ['^test/', '^bench/', TESTS] },
    },
    {
      name: 'product-without-dev-dependencies',
      severity: 'error',
      comment: 'A production installation has no development dependencies.',
      from: { path: '^src/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nothing-undeclared',
      severity: 'error',
      comment: 'A package that package.json does not name may be gone after the next installation.',
      from: { path: '^(src|web/src|test)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'nothing-missing',
      severity: 'error',
      comment: 'The import leads nowhere.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.data)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.css', '.json'],
    },
  },
};
