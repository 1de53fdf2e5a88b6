import type { Command } from 'commander';
import { currentState, findRuns, readSettings } from '#core/runs';
import { example, jsonOption, terminalOf } from '../options';
import { number, table } from '../terminal';

export function addList(program: Command): void {
  example(program.command('list').description('list the runs there are, newest first').addOption(jsonOption()), 'basin list').action(
    (options: { json?: boolean }) => {
      const runs = findRuns().map(({ id, folder, file }) => {
        const { name, created, task, progress, best, results, error } = file;
        return { id, name, folder, state: currentState(folder, file), created, task, progress, best, results, error };
      });
      terminalOf(options).result(runs, () =>
        runs.length === 0
          ? `No runs yet in ${readSettings().runsFolder}. Start one: basin run assets/specs/iris.json`
          : table(['name', 'state', 'epochs', 'best', 'created', 'folder'], runs.map(({ name, state, progress, best, created, folder }) => [
              name, state, progress ? `${number(progress.epoch)} of ${progress.epochs}` : '-', best ? `${best.name} ${number(best.value)}` : '-',
              created.slice(0, 16).replace('T', ' '), folder,
            ])));
    },
  );
}
