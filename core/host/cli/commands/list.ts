import type { Command } from 'commander';
import { currentState, findRuns, readSettings, type RunFile } from '#core/runs';
import { example, jsonOption, terminalOf } from '../options';
import { number, table } from '../terminal';

export function addList(program: Command): void {
  example(program.command('list').description('list the runs there are, newest first').addOption(jsonOption()), 'basin list').action(
    (options: { json?: boolean }) => {
      const runs = findRuns().map(({ id, folder, file }) => {
        const { name, created, task, progress, best, results, population, error } = file;
        return { id, name, folder, state: currentState(folder, file), created, task, progress, best, results, population, error };
      });
      terminalOf(options).result(runs, () =>
        runs.length === 0
          ? `No runs yet in ${readSettings().runsFolder}. Start one: basin run assets/specs/iris.json`
          : table(['name', 'state', 'epochs', 'best', 'created', 'folder'], runs.map(({ name, state, progress, best, population, created, folder }) => [
              name, state, progress ? `${number(progress.epoch)} of ${progress.epochs}` : '-', population ? spread(population) : best ? `${best.name} ${number(best.value)}` : '-',
              created.slice(0, 16).replace('T', ' '), folder,
            ])));
    },
  );
}

/** `64 networks, validation accuracy 0.95 ± 0.02 (0.9 to 0.98), 2 diverged` */
function spread({ members, diverged, summary }: NonNullable<RunFile['population']>): string {
  const [part, figures] = Object.entries(summary ?? {}).find(([name]) => name === 'validation') ?? Object.entries(summary ?? {})[0] ?? [];
  const [name, figure] = Object.entries(figures ?? {}).find(([each]) => each !== 'loss') ?? Object.entries(figures ?? {})[0] ?? [];
  const measured = figure ? `, ${part} ${name} ${number(figure.mean)} ± ${number(figure.deviation)} (${number(figure.least)} to ${number(figure.greatest)})` : '';
  return `${members} networks${measured}${diverged > 0 ? `, ${diverged} diverged` : ''}`;
}
