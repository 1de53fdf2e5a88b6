import { InvalidArgumentError, Option, type Command } from 'commander';
import { createTerminal, type Terminal } from './terminal';

/** `--json` of every command, and the terminal that follows it. */
export const jsonOption = (): Option => new Option('--json', 'print one JSON document on standard output, progress on standard error');

export function terminalOf(options: { json?: boolean }): Terminal {
  return createTerminal(options.json ?? false);
}

/** An example at the end of a command's help. */
export function example(command: Command, ...lines: string[]): Command {
  return command.addHelpText('after', `\nExample:\n${lines.map((line) => `  $ ${line}`).join('\n')}`);
}

export function wholeNumber(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least) throw new InvalidArgumentError(`It must be a whole number, at least ${least}.`);
    return value;
  };
}

/** A share of something: above 0, at most 1. */
export function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('It must be a number above 0, at most 1.');
  return value;
}

/** A share that may be nothing: from 0 to 1. */
export function shareOrNone(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return value;
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

/** Moments of a training: all that were kept, or so many of them. */
export function moments(text: string): 'all' | number {
  if (text === 'all') return text;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 2) throw new InvalidArgumentError('It must be all, or a whole number of at least 2.');
  return count;
}

/** `init`, `last`, `best` or a step. */
export function checkpoint(text: string): 'init' | 'last' | 'best' | number {
  if (text === 'init' || text === 'last' || text === 'best') return text;
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be init, last, best or the number of a step.');
}

export const checkpointOption = (): Option =>
  new Option('--checkpoint <name>', 'init, last, best or a step (default: last, or best where the run stops early; of a run at work its newest weights)').argParser(checkpoint);

/** `--device`, for commands that compute. */
export const deviceOption = (): Option => new Option('--device <id>', 'where to compute: auto, or an id that `basin devices` lists');
export const threadsOption = (): Option =>
  new Option('--threads <count>', 'processor threads (default: the settings\', else every core)').argParser(wholeNumber(1));

/** A member of a population: its number, or the best. */
export function member(text: string): number | 'best' {
  if (text === 'best') return text;
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number, counted from 0, or best.');
}

export const memberOption = (): Option => new Option('--member <number>', 'which network of a population: its number, or best').argParser(member);

/** `2400x1800`: the size of a picture. */
export function pixels(text: string): [number, number] {
  const [, x, y] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  const [width, height] = [Number(x), Number(y)];
  if (!(width >= 200 && height >= 200 && width <= 16384 && height <= 16384)) throw new InvalidArgumentError('It must be two numbers from 200 to 16384, like 2400x1800.');
  return [width, height];
}
