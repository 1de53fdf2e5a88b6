import { Philox, strictObject } from '#core/graph';
import { z } from 'zod';
import { count, seed } from './fields';
import { defineGenerator } from './generator';
import { generatedSequences } from './sequence';
import { checkSize } from './table';

const pairs = ['()', '[]', '{}', '<>'];

/** A random balanced string of `steps` brackets: at each step one is opened or the last opened one is closed, as far as there is room. */
function balanced(draw: () => number, steps: number, kinds: number): number[] {
  const open: number[] = [];
  return Array.from({ length: steps }, (_, t) => {
    const room = steps - t > open.length;
    if (open.length === 0 || (room && draw() < 0.5)) {
      const kind = Math.floor(draw() * kinds);
      open.push(kind);
      return 2 * kind;
    }
    return 2 * open.pop()! + 1;
  });
}

/** Whether each bracket closes the last one that is open, and none stays open (the Dyck language). */
export function isBalanced(tokens: ArrayLike<number>): boolean {
  const open: number[] = [];
  for (const token of Array.from(tokens)) {
    if (token % 2 === 0) open.push(token);
    else if (open.pop() !== token - 1) return false;
  }
  return open.length === 0;
}

/** Half of the strings are balanced; of the others one or two brackets were changed, so that length and letters tell nothing. */
export const brackets = defineGenerator({
  use: 'brackets',
  title: 'Balanced brackets',
  help: 'Tell balanced strings of brackets from nearly balanced ones: needs counting, with several kinds a stack.',
  schema: strictObject({
    count: count(3000),
    steps: z.int().min(2).max(500).multipleOf(2).default(16).describe('Length of the strings, even.').meta({ label: 'Steps', unit: 'brackets' }),
    kinds: z.int().min(1).max(pairs.length).default(1).describe('Kinds of brackets.').meta({ label: 'Kinds' }),
    seed,
  }),
  generate(parameters) {
    const { count: examples, steps, kinds } = parameters;
    checkSize('brackets', examples, steps);
    const values = new Float32Array(examples * steps);
    const codes = new Int32Array(examples);
    for (let i = 0; i < examples; i++) {
      const draws = new Philox(parameters.seed, 'brackets', i).uniforms(4 * steps + 64);
      let at = 0;
      const draw = (): number => draws[at++ % draws.length]!;
      const string = balanced(draw, steps, kinds);
      if (i % 2 === 1) {
        for (let changes = 1 + Math.floor(2 * draw()); changes > 0 || isBalanced(string); changes--) {
          const place = Math.floor(draw() * steps);
          string[place] = (string[place]! + 1 + Math.floor(draw() * (2 * kinds - 1))) % (2 * kinds);
        }
      }
      codes[i] = isBalanced(string) ? 1 : 0;
      values.set(string, i * steps);
    }
    const vocabulary = pairs.slice(0, kinds).flatMap((pair) => [...pair]);
    return generatedSequences('brackets', {
      count: examples, steps, features: ['token'], values, vocabulary,
      target: { name: 'balanced', storage: 'text', codes, dictionary: ['no', 'yes'] },
    });
  },
});
