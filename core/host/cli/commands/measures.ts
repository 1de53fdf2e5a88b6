import type { Command } from 'commander';
import { UserError } from '#core/graph';
import { suggestion } from '#core/nn';
import { measuresCsv, readMeasures, resolveRun, type TakenMeasure } from '#core/runs';
import { example, jsonOption, terminalOf, wholeNumber } from '../options';
import { checkOutputFile, writeOutputFile } from '../output-file';
import { number, table } from '../terminal';

interface Options {
  name?: string[];
  member?: number;
  csv?: string;
  json?: boolean;
}

export function addMeasures(program: Command): void {
  example(
    program
      .command('measures')
      .description('show what a run measured of its weights while it trained (of a trained network: basin sharpness)')
      .argument('<run>', 'its folder, id or name')
      .option('--name <names...>', 'only these, like hessian-top')
      .option('--member <number>', 'of a population: only this network', wholeNumber(0))
      .option('--csv <file>', 'write them as a table with a header')
      .addOption(jsonOption()),
    'basin measures runs/moons',
    'basin measures runs/moons --name hessian-top --csv sharpness.csv',
  ).action((named: string, { name, member, csv, ...options }: Options) => {
    if (csv !== undefined) checkOutputFile(csv);
    const { folder, file } = resolveRun(named);
    const all = readMeasures(folder);
    if (all.length === 0) {
      throw new UserError('measures.none', `Run "${file.name}" has measured nothing.`, { hint: 'Name measures in its specification, or start one with --measure hessian-top:50.' });
    }
    const names = [...new Set(all.map((each) => each.name))];
    for (const each of name ?? []) if (!names.includes(each)) throw new UserError('measures.unknown', `Run "${file.name}" has not measured "${each}": ${suggestion(each, names)}`);
    if (member !== undefined && !all.some((each) => each.member === member)) throw new UserError('measures.member', `Run "${file.name}" has measured nothing of a member ${member}.`);
    const chosen = all.filter((each) => (name?.includes(each.name) ?? true) && (member === undefined || each.member === member));
    if (csv !== undefined) writeOutputFile(csv, measuresCsv(chosen));
    terminalOf(options).result(chosen, () => [...measuresTable(chosen), ...(csv === undefined ? [] : ['', csv])]);
  });
}

/** Figures for people: what may be off, and the optimizer's bound, beside each. */
export function measuresTable(taken: readonly TakenMeasure[]): string[] {
  const members = taken.some(({ member }) => member !== undefined);
  const bounds = taken.some(({ threshold }) => threshold !== undefined);
  return table(
    [...(members ? ['member'] : []), 'measure', 'step', 'value', 'known to', ...(bounds ? ['stable below', 'share'] : [])],
    taken.map(({ member, name, step, value, residual, converged, interval, threshold }) => [
      ...(members ? [member ?? '-'] : []), name, step, value,
      interval ? `${number(interval[0])} to ${number(interval[1])}` : residual === undefined ? '' : `± ${number(residual)}${converged === false ? ', not converged' : ''}`,
      ...(bounds ? [threshold ?? '-', threshold === undefined ? '-' : value / threshold] : []),
    ]),
  );
}
