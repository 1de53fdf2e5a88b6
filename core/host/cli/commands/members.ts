import type { Command } from 'commander';
import { suggestion, UserError } from '#core/graph';
import { extractMember, membersOf, openRun, rememberRun, resolveRun, runPaths, splitNames, summarizeMembers, type MemberEntry, type SplitName } from '#core/runs';
import { Option } from 'commander';
import { example, jsonOption, member, terminalOf } from '../options';
import { table } from '../terminal';

interface MembersOptions {
  sort?: string;
  split?: SplitName;
  extract?: number | 'best';
  out?: string;
  name?: string;
  json?: boolean;
}

export function addMembers(program: Command): void {
  example(
    program
      .command('members')
      .description('the networks of a population: their numbers, how each came out, and how they are spread')
      .argument('<run>', 'its folder, id or name')
      .option('--sort <column>', 'best first by a metric, upwards by loss, seed, member or a varied number')
      .addOption(new Option('--split <part>', 'part of the data that the figures are of (default: test, else validation, else train)').choices([...splitNames]))
      .addOption(new Option('--extract <member>', 'make an ordinary run of this member (a number, or best)').argParser(member))
      .option('--out <folder>', 'the folder of the extracted run (default: a new one in the runs folder)')
      .option('--name <name>', 'what to call the extracted run')
      .addOption(jsonOption()),
    'basin members runs/moons --sort accuracy',
    'basin members runs/moons --extract best --out runs/moons-best',
  ).action(async (named: string, options: MembersOptions) => {
    const terminal = terminalOf(options);
    const { folder, file } = resolveRun(named);
    const { members, better } = membersOf(runPaths(folder), file);
    if (options.extract !== undefined) {
      const run = await openRun(folder, { member: options.extract });
      const extracted = extractMember(run, { ...(options.out !== undefined && { out: options.out }), ...(options.name !== undefined && { name: options.name }) });
      if (options.out !== undefined) rememberRun(extracted);
      terminal.result({ member: run.member, folder: extracted }, () => `Member ${run.member} of ${file.name}: ${extracted}`);
      return;
    }
    const figures = ({ results, latest }: MemberEntry) => results ?? latest ?? {};
    const parts = new Set(members.flatMap((each) => Object.keys(figures(each))));
    const part = options.split ?? (['test', 'validation', 'train'] as const).find((name) => parts.has(name)) ?? 'train';
    const names = [...new Set(members.flatMap((each) => Object.keys(figures(each)[part] ?? {})))];
    const varied = [...new Set(members.flatMap(({ values }) => Object.keys(values)))];
    const cell = (each: MemberEntry, column: string): number | undefined =>
      column === 'member' ? each.member : column === 'seed' ? each.seed : each.values[column] ?? figures(each)[part]?.[column] ?? undefined;
    const sorted = options.sort === undefined ? members : sortMembers(members, options.sort, ['member', 'seed', ...varied, ...names], cell, better[options.sort] === 'higher');
    const summary = summarizeMembers(members);
    terminal.result({ run: file.id, part, summary, members: sorted }, () => [
      ...table(['member', 'seed', ...varied, 'state', 'epochs', ...names], sorted.map((each) => [
        each.member, each.seed, ...varied.map((path) => each.values[path] ?? '-'), each.state, each.epoch, ...names.map((name) => cell(each, name) ?? '-'),
      ])),
      '',
      ...table(['', 'mean', 'deviation', 'least', 'greatest', 'members'], names.flatMap((name) => {
        const spread = summary[part]?.[name];
        return spread ? [[`${part} ${name}`, spread.mean, spread.deviation, spread.least, spread.greatest, spread.count]] : [];
      })),
      ...endedLine(members),
    ]);
  });
}

/** Members in the order of a column; one that lacks the figure comes last. */
function sortMembers(
  members: readonly MemberEntry[], by: string, columns: readonly string[], cell: (member: MemberEntry, column: string) => number | undefined, downwards: boolean,
): MemberEntry[] {
  if (!columns.includes(by)) throw new UserError('members.sort', `--sort ${by}: ${suggestion(by, columns)}`);
  const value = (each: MemberEntry): number => cell(each, by) ?? (downwards ? -Infinity : Infinity);
  return [...members].sort((a, b) => (downwards ? value(b) - value(a) : value(a) - value(b)) || a.member - b.member);
}

function endedLine(members: readonly MemberEntry[]): string[] {
  const diverged = members.filter(({ state }) => state === 'diverged');
  return diverged.length === 0 ? [] : ['', `${diverged.length} of ${members.length} diverged and are left out of the figures.`];
}
