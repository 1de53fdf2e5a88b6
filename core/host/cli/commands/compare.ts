import type { Command } from 'commander';
import { compareRuns, resolveRun } from '#core/runs';
import { example, jsonOption, terminalOf } from '../options';
import { table } from '../terminal';

export function addCompare(program: Command): void {
  example(
    program
      .command('compare')
      .description('put runs side by side: what differs in their specifications, and how they ended')
      .argument('<run...>', 'folders, ids or names')
      .addOption(jsonOption()),
    'basin compare runs/iris-1 runs/iris-2',
  ).action((named: string[], options: { json?: boolean }) => {
    const comparison = compareRuns(named.map((each) => resolveRun(each)));
    const { runs, differences, figures } = comparison;
    const head = ['', ...runs.map(({ name }) => name)];
    terminalOf(options).result(comparison, () => [
      ...table(head, [
        ['state', ...runs.map(({ state }) => state)],
        ...differences.map(({ path, values }) => [path, ...values.map((value) => (value === undefined ? '-' : JSON.stringify(value)))]),
      ]),
      '',
      ...table(head, figures.map(({ name, values }) => [name, ...values.map((value) => value ?? '-')])),
    ]);
  });
}
