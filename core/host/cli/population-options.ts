import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseSpecification, type PopulationSpecification, type RunSpecification } from '#core/runs';
import { wholeNumber } from './options';

type Varied = PopulationSpecification['vary'];

/** What the command line may say of a population. */
export interface PopulationOptions {
  seeds?: number | number[];
  vary?: Varied;
  combine?: 'grid' | 'zip';
  dataOrder?: 'shared' | 'own';
  groupSize?: number;
}

export function addPopulationOptions(command: Command): Command {
  return command
    .addOption(new Option('--seeds <count>', 'train so many networks, one a seed; or a list of seeds: 1,5,9').argParser(seeds))
    .addOption(new Option('--vary <place=values>', 'train one network for each value of a number: optimizer.learningRate=0.01,0.1, or =linspace:0:1:11, or =logspace:1e-4:1:9 (can be given several times)').argParser(vary))
    .addOption(new Option('--combine <how>', 'every value with every other, or the lists in step').choices(['grid', 'zip']))
    .addOption(new Option('--data-order <order>', 'one order of the data for all members, or each its own').choices(['shared', 'own']))
    .addOption(new Option('--group-size <members>', 'members in one program').argParser(wholeNumber(1)));
}

/** The specification with what the command line says of a population. @throws UserError where a place or a value is wrong */
export function withPopulation(specification: RunSpecification, what: string, { seeds: chosen, vary: varied, combine, dataOrder, groupSize }: PopulationOptions): RunSpecification {
  const given = {
    ...(chosen !== undefined && { seeds: chosen }), ...(combine && { combine }), ...(dataOrder && { dataOrder }), ...(groupSize !== undefined && { groupSize }),
  };
  if (varied === undefined && Object.keys(given).length === 0) return specification;
  const { population } = specification;
  return parseSpecification({ ...specification, population: { ...population, ...given, vary: { ...population?.vary, ...varied } } }, { what });
}

function seeds(text: string): number | number[] {
  if (!text.includes(',')) return wholeNumber(1)(text);
  return text.split(',').map(wholeNumber(0));
}

function vary(text: string, before: Varied = {}): Varied {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be a place and its values, like optimizer.learningRate=0.01,0.1.');
  return { ...before, [text.slice(0, at)]: values(text.slice(at + 1)) };
}

function values(text: string): Varied[string] {
  const [kind, from, to, count, ...more] = text.split(':');
  if (kind === 'linspace' || kind === 'logspace') {
    const range = { from: number(from), to: number(to), count: wholeNumber(2)(count ?? '') };
    if (more.length > 0) throw new InvalidArgumentError('A range is KIND:FROM:TO:COUNT, like logspace:1e-4:1:9.');
    return kind === 'linspace' ? { linspace: range } : { logspace: range };
  }
  return text.split(',').map(number);
}

function number(text: string | undefined): number {
  const value = Number(text);
  if (text === undefined || text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError(`"${text ?? ''}" is not a number.`);
  return value;
}
