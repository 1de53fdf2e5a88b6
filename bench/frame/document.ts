import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { contenderTitles, figure, peersOf, type Result } from './record';
import type { PeerName } from './case';

const BEGIN = '<!-- benchmarks: written by `npm run bench -- --write` -->';
const END = '<!-- benchmarks: end -->';

/**
 * Puts results into `docs/benchmarks/results.json` (a line replaces the older one of the same suite, case and device), and
 * writes the page of tables and the README's table from all that is known.
 */
export function writeDocuments(root: string, fresh: readonly Result[]): void {
  const folder = path.join(root, 'docs/benchmarks');
  mkdirSync(folder, { recursive: true });
  const store = path.join(folder, 'results.json');
  const known = existsSync(store) ? (JSON.parse(readFileSync(store, 'utf8')) as Result[]) : [];
  const all = merge(known, fresh);
  writeFileSync(store, `${JSON.stringify(all, null, 1)}\n`);
  const cpu = all.filter(({ device }) => device === 'cpu');
  const others = all.filter(({ device }) => device !== 'cpu');
  writeFileSync(path.join(folder, 'README.md'), page('Benchmarks', cpuIntroduction, cpu));
  if (others.length > 0) writeFileSync(path.join(folder, 'devices.md'), page('Benchmarks on other devices', deviceIntroduction, others));
  writeBetweenMarks(path.join(root, 'README.md'), summary(cpu));
}

/** Known results in their order, replaced by fresh ones; then what is new. */
function merge(known: readonly Result[], fresh: readonly Result[]): Result[] {
  const key = (result: Result): string => `${result.suite}/${result.case}/${result.device}`;
  const byKey = new Map([...known, ...fresh].map((result) => [key(result), result]));
  const order = ['step', 'hvp', 'population', 'surface', 'eigen', 'estimate', 'startup', 'memory'];
  return [...byKey.values()].sort((a, b) => order.indexOf(a.suite) - order.indexOf(b.suite));
}

const cpuIntroduction = `\`\`\`sh
npm run bench                          # every suite
npm run bench -- step --case mlp       # one suite, one case; --json for machines; --help for the rest
npm run bench -- --write               # writes this page, results.json and the table in the README
npm run bench -- profile --case mlp    # where a step's time goes, operator by operator
\`\`\`

Basin and its peers do the same work on the same numbers: before anything is timed, all must agree on the case's check numbers (the
losses of the first steps, products, eigenvalues) to 0.1 %, or the peer is left out. Each is a process of its own with two threads;
they take turns, with a rest between, so that a slow moment of the machine meets all of them. Every sample counts. Figures are medians,
with the fastest sample in brackets; a ratio is the peer's figure by Basin's, so above 1 Basin is better. Peers do it in their quickest way:
PyTorch's is chosen by trial among several (foreach optimizers, double backward or functorch, graphs kept between products).
[rows.md](rows.md) says why rows miss what was wanted, [step.md](step.md) has profiles, [first-light.md](first-light.md) whole runs.
`;

const deviceIntroduction = `\`\`\`sh
npm run bench -- --device ID --write
\`\`\`
`;

function page(title: string, introduction: string, results: readonly Result[]): string {
  const suites = [...new Set(results.map(({ suite }) => suite))];
  return [`# ${title}`, introduction, ...suites.map((suite) => section(suite, results.filter((result) => result.suite === suite)))].join('\n\n').replaceAll(/\n{3,}/g, '\n\n');
}

const suiteTitles: Readonly<Record<string, string>> = {
  step: 'Training steps',
  hvp: 'Hessian-vector products',
  population: 'Populations',
  surface: 'Surfaces',
  eigen: 'Eigenvalues',
  estimate: 'Estimates of surfaces',
  startup: 'Starting and fixed overheads',
  memory: 'Memory',
};

function section(suite: string, results: readonly Result[]): string {
  const device = results[0]!.device === 'cpu' ? [] : ['device'];
  const header = ['case', ...device, 'unit', 'Basin', 'peer', 'ratio', 'wanted'];
  const rows = results.flatMap((result) => {
    const peers: (PeerName | undefined)[] = peersOf(result).length > 0 ? peersOf(result) : [undefined];
    return peers.map((peer, i) => [
      i === 0 ? result.title : '',
      ...(device.length > 0 ? [i === 0 ? result.device : ''] : []),
      i === 0 ? result.unit : '',
      i === 0 ? both(result.basin, result.fastest.basin) : '',
      peer === undefined ? '' : `${contenderTitles[peer]}: ${both(result.peers[peer]!, result.fastest[peer])}`,
      peer === undefined ? '' : both(result.ratio[peer]!, ratioOfFastest(result, peer)),
      wantedText(result, peer),
    ]);
  });
  const notes = [...new Set(results.flatMap((result) => result.notes.map((note) => `${result.case}: ${note}`)))];
  const machines = [...new Set(results.map(machineLine))];
  return [
    `## ${suiteTitles[suite] ?? suite}`,
    table(header, rows),
    ...(notes.length > 0 ? [notes.map((note) => `- ${note}`).join('\n')] : []),
    machines.join('\n'),
    '',
  ].join('\n\n');
}

const both = (middle: number, best: number | undefined): string => (best === undefined || figure(best) === figure(middle) ? figure(middle) : `${figure(middle)} (${figure(best)})`);

const ratioOfFastest = ({ fastest }: Result, peer: PeerName): number | undefined =>
  fastest.basin === undefined || fastest[peer] === undefined ? undefined : fastest[peer] / fastest.basin;

function wantedText({ wanted, unit }: Result, peer: PeerName | undefined): string {
  if (peer !== undefined && wanted.ratio?.[peer] !== undefined) return `>= ${wanted.ratio[peer]}`;
  return wanted.atMost !== undefined ? `<= ${wanted.atMost} ${unit}` : '';
}

const machineLine = ({ machine, threads, versions }: Result): string =>
  `${machine}; ${threads} threads; ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}.`;

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The rows that have a goal, for the README. */
function summary(results: readonly Result[]): string {
  const rows = results.flatMap((result) =>
    peersOf(result)
      .filter((peer) => result.wanted.ratio?.[peer] !== undefined)
      .map((peer) => [result.title, `${figure(result.basin)} ${result.unit}`, contenderTitles[peer], figure(result.peers[peer]!), `**${figure(result.ratio[peer]!)}**`, String(result.wanted.ratio![peer]!)]),
  );
  if (rows.length === 0) return '';
  return [
    `Against peers on the same machine (${results[0]!.machine}, ${results[0]!.threads} threads each; medians of interleaved runs, [all figures](docs/benchmarks/README.md)):`,
    '',
    table(['work', 'Basin', 'peer', 'its figure', 'ratio', 'goal'], rows),
  ].join('\n');
}

function writeBetweenMarks(file: string, text: string): void {
  const page = readFileSync(file, 'utf8');
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for the benchmarks: the lines ${BEGIN} and ${END}`);
  writeFileSync(file, `${page.slice(0, from + BEGIN.length)}\n${text}\n${page.slice(to)}`);
}
