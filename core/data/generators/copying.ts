import { Philox, strictObject } from '#core/graph';
import { z } from 'zod';
import { count, seed } from './fields';
import { defineGenerator } from './generator';
import { generatedSequences } from './sequence';
import { checkSize } from './table';

const order: Record<'copy' | 'reverse' | 'sort', (word: readonly number[]) => number[]> = {
  copy: (word) => [...word],
  reverse: (word) => [...word].reverse(),
  sort: (word) => [...word].sort((a, b) => a - b),
};

/**
 * A random word, an arrow, and the word again: as it was, backwards or sorted. A language model is asked for the tokens after the arrow
 * only; the word itself cannot be foreseen. Guessing has the perplexity of the number of letters.
 */
export const copying = defineGenerator({
  use: 'copying',
  title: 'Copy, reverse, sort',
  help: 'Write a random word again, backwards or in order: exact tasks for attention and memory.',
  schema: strictObject({
    count: count(2000),
    task: z.enum(['copy', 'reverse', 'sort']).default('reverse').describe('What is to be done with the word.').meta({ label: 'Task' }),
    length: z.int().min(1).max(200).default(6).describe('Letters of the word.').meta({ label: 'Length', unit: 'letters' }),
    letters: z.int().min(2).max(26).default(8).describe('Different letters.').meta({ label: 'Letters' }),
    seed,
  }),
  generate(parameters) {
    const { count: examples, task, length, letters } = parameters;
    const steps = 2 * length;
    checkSize('copying', examples, 2 * steps);
    const arrow = letters;
    const uniforms = new Philox(parameters.seed, 'copying').uniforms(examples * length);
    const values = new Float32Array(examples * steps);
    const next = new Int32Array(examples * steps).fill(-1);
    for (let i = 0; i < examples; i++) {
      const word = Array.from(uniforms.subarray(i * length, (i + 1) * length), (value) => Math.floor(value * letters));
      const answer = order[task](word);
      // The last letter of the answer is asked for, never read.
      values.set([...word, arrow, ...answer.slice(0, -1)], i * steps);
      next.set(answer, i * steps + length);
    }
    const vocabulary = [...Array.from({ length: letters }, (_, i) => String.fromCharCode(97 + i)), '→'];
    return generatedSequences('copying', { count: examples, steps, features: ['token'], values, vocabulary, next });
  },
});
