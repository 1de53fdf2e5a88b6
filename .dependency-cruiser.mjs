// The house's floors (ARCHITECTURE.md, "Floors and rooms") as rules: `npm run check:layers`.

/**
 * Every room of `core` with the rooms it may import. Upward imports and imports between rooms of one floor are
 * refused unless they are listed here.
 */
export const rooms = {
  graph: [],
  figure: [],
  runtime: ['graph'],
  data: ['graph'],
  nn: ['graph', 'runtime'],
  train: ['graph', 'runtime', 'data', 'nn'],
  landscape: ['graph', 'figure', 'runtime', 'data', 'nn', 'curvature'],
  curvature: ['graph', 'figure', 'runtime', 'data', 'nn'],
  blocks: ['graph', 'runtime', 'data', 'nn', 'train', 'landscape', 'curvature'],
  experiments: ['graph', 'runtime', 'data', 'nn', 'train', 'landscape', 'curvature', 'blocks'],
  runs: ['graph', 'figure', 'runtime', 'data', 'nn', 'train', 'landscape', 'curvature', 'blocks', 'experiments'],
  host: ['graph', 'figure', 'runtime', 'data', 'nn', 'train', 'landscape', 'curvature', 'blocks', 'experiments', 'runs'],
};

/** @param {string[]} names */
const either = (names) => `(${names.join('|')})`;

/**
 * The doors that a room shows to others: its `index.ts`, for the host the window's client besides, and the geometry of volumes, what
 * lies between points, contour lines and legends, which need neither Node nor the engine, so that the client can pass them on.
 */
const doors = '^core/[^/]+/index\\.ts$|^core/host/client\\.ts$|^core/landscape/(volume|refinement|legend|contours)/index\\.ts$';

/**
 * The part of the host that runs in the window: the client and the contract's types and schemas. That nothing it
 * reaches needs Node is checked by bundling it for a browser (tests/project/window-client.test.ts).
 */
const windowDoor = '^core/host/client\\.ts$';

const floorRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `floor-of-${room}`,
  comment: `core/${room} may import ${allowed.length ? allowed.map((name) => `core/${name}`).join(', ') : 'no other room'}.`,
  severity: 'error',
  from: { path: `^core/${room}/` },
  to: { path: '^core/[^/]+/', pathNot: `^core/${either([room, ...allowed])}/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...floorRules,
    {
      name: 'known-rooms',
      comment: 'A new room of core gets its floor in .dependency-cruiser.mjs before it gets code.',
      severity: 'error',
      from: { path: '^core/', pathNot: `^core/${either(Object.keys(rooms))}/` },
      to: {},
    },
    {
      name: 'core-is-below',
      comment: 'core never imports a shell, the window, the scripts or a test.',
      severity: 'error',
      from: { path: '^core/' },
      to: { path: '^(electron|renderer|scripts|bin|tests|bench)/' },
    },
    {
      name: 'core-knows-no-window',
      comment: 'core never imports Electron, Svelte, three.js or a library that draws.',
      severity: 'error',
      from: { path: '^core/' },
      to: {
        path: 'node_modules/(electron|svelte|three|@types/three|uplot|bits-ui|@lucide|@observablehq|codemirror|@codemirror|@tanstack)/',
      },
    },
    {
      name: 'through-the-door',
      comment: "Another room of core is entered through its index.ts (the host has a second door for the window: client.ts).",
      severity: 'error',
      from: { path: '^core/([^/]+)/' },
      to: { path: '^core/[^/]+/', pathNot: `^core/$1/|${doors}` },
    },
    {
      name: 'through-the-door-from-outside',
      comment: 'Shells, window and bench enter a room of core through its index.ts; entry files of the host are started, not imported.',
      severity: 'error',
      from: { path: '^(electron|renderer|bench)/' },
      to: { path: '^core/', pathNot: doors },
    },
    {
      name: 'tests-of-their-own-room',
      comment: "A room's tests may look inside that room, and enter others through the door.",
      severity: 'error',
      from: { path: '^tests/core/([^/]+)/' },
      to: { path: '^core/', pathNot: `^core/$1/|${doors}` },
    },
    {
      name: 'window-speaks-the-contract',
      comment: "The renderer takes the host's client door (client.ts: the contract's types and the client), and nothing else of core.",
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^core/', pathNot: windowDoor },
    },
    {
      name: 'window-has-no-node',
      comment: 'The renderer and the client it speaks through run in a sandboxed page: no Node.',
      severity: 'error',
      from: { path: `^renderer/|${windowDoor}` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'window-has-no-native-package',
      comment: 'No Electron, tensor library or native package in the page.',
      severity: 'error',
      from: { path: `^renderer/|${windowDoor}` },
      to: { path: 'node_modules/(electron|onnxruntime-[^/]+|@tensorflow|@duckdb|sharp|ws)/' },
    },
    {
      name: 'shell-and-window-apart',
      comment: 'Electron and the renderer meet in the contract only.',
      severity: 'error',
      from: { path: '^(electron|renderer)/' },
      to: { path: '^(electron|renderer|scripts|bin|tests|bench)/', pathNot: '^$1/' },
    },
    {
      name: 'electron-from-the-host',
      comment: "Electron's main process imports the host's contract only; the engine is a process of its own.",
      severity: 'error',
      from: { path: '^electron/' },
      to: { path: '^core/', pathNot: '^core/host/' },
    },
    {
      name: 'no-cycles',
      comment: 'Modules that need each other while they load are one module or three. Cycles of types only are harmless.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: { path: '^(core|electron|renderer|bench)/' },
      to: { couldNotResolve: true, pathNot: '[.](css|svg|woff2)$' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    exclude: { path: ['^dist/', '^release/', '^\\.cache/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['svelte', 'import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.svelte', '.d.ts', '.json'],
    },
    reporterOptions: { text: { highlightFocused: false } },
  },
};
