import { describe, expect, it } from 'vitest';
import { findGenerator, teacherNetwork } from '../../../../core/data';
import type { TeacherParameters } from '../../../../core/data';
import { columnsOf, counts, deviation, mean } from './columns';

const bend = { tanh: (v: number) => (Math.exp(2 * v) - 1) / (Math.exp(2 * v) + 1), relu: (v: number) => (v > 0 ? v : 0) };

/** The teacher's forward pass as matrices over plain rows, written apart from the generator's. */
function answers(parameters: TeacherParameters, features: Float64Array[]): number[][] {
  const layers = teacherNetwork(parameters);
  let rows = Array.from(features[0]!, (_, i) => features.map((values) => values[i]!));
  layers.forEach(({ inputs, outputs, weight, bias }, at) => {
    rows = rows.map((row) => Array.from({ length: outputs }, (_, o) => {
      const sum = row.reduce((total, value, i) => total + value * weight[o * inputs + i]!, 0) + bias[o]!;
      return at === layers.length - 1 ? sum : bend[parameters.activation](sum);
    }));
  });
  return rows;
}

const parametersOf = (fields: object): TeacherParameters => findGenerator('teacher-network').schema.parse(fields) as TeacherParameters;

describe.each(['tanh', 'relu'] as const)('a %s teacher', (activation) => {
  it('answers with the class of its largest output', async () => {
    const fields = { activation, classes: 4, count: 2000, seed: 3, depth: 3 };
    const { features, classes } = await columnsOf({ use: 'teacher-network', ...fields });
    const expected = answers(parametersOf(fields), features).map((row) => 'abcd'[row.indexOf(Math.max(...row))]);
    expect(classes).toEqual(expected);
    for (const size of counts(classes).values()) expect(size).toBeGreaterThan(100);
  });

  it('answers with its output, of mean 0 and standard deviation 1', async () => {
    const fields = { activation, task: 'regression', dimensions: 5, count: 4000 };
    const { features, target, names } = await columnsOf({ use: 'teacher-network', ...fields });
    expect(names).toEqual(['x1', 'x2', 'x3', 'x4', 'x5', 'target']);
    answers(parametersOf(fields), features).forEach(([value], i) => expect(target[i]).toBeCloseTo(value!, 9));
    expect(Math.abs(mean(target))).toBeLessThan(0.15);
    expect(Math.abs(deviation(target) - 1)).toBeLessThan(0.15);
  });

  it('is linear without hidden layers', async () => {
    const { features: [x], target } = await columnsOf({ use: 'teacher-network', task: 'regression', dimensions: 1, depth: 0, activation, count: 100 });
    const slope = (target[1]! - target[0]!) / (x![1]! - x![0]!);
    x!.forEach((value, i) => expect(target[i]).toBeCloseTo(target[0]! + slope * (value - x![0]!), 6));
  });
});
