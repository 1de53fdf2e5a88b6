import { setImmediate } from 'node:timers/promises';
import { Philox, strictObject } from '#core/graph';
import { z } from 'zod';
import { defineGenerator } from './generator';
import { count, labelNoise, noise, seed } from './fields';
import { checkSize, classTable, coordinateNames, corrupt, numberTable } from './table';

const activations = {
  tanh: Math.tanh,
  relu: (value: number) => Math.max(0, value),
};

/** Inputs on which the teacher's outputs are brought to mean 0 and standard deviation 1. */
const reference = 1024;

const schema = strictObject({
  count: count(4000),
  task: z.enum(['classification', 'regression']).default('classification').describe("What the teacher answers: the class of its largest output, or a number.").meta({ label: 'Task' }),
  classes: z.int().min(2).max(26).default(2).describe('Number of classes; not used in regression.').meta({ label: 'Classes' }),
  dimensions: z.int().min(1).max(1000).default(10).describe('Number of inputs, each standard normal.').meta({ label: 'Inputs', scale: 'log' }),
  width: z.int().min(1).max(512).default(16).describe("Units of each of the teacher's hidden layers.").meta({ label: 'Width', scale: 'log' }),
  depth: z.int().min(0).max(8).default(2).describe('Hidden layers of the teacher; 0 makes it linear.').meta({ label: 'Depth', unit: 'layers' }),
  activation: z.enum(['tanh', 'relu']).default('tanh').describe("The teacher's activation.").meta({ label: 'Activation' }),
  noise: noise("the teacher's outputs, which have standard deviation 1", 0),
  labelNoise,
  seed,
});
export type TeacherParameters = z.infer<typeof schema>;

/** One dense layer: `weight` is `[outputs, inputs]` row by row, as PyTorch lays it out; `bias` is `[outputs]`. */
export interface TeacherLayer {
  inputs: number;
  outputs: number;
  weight: Float64Array;
  bias: Float64Array;
}

/**
 * The teacher that a specification draws, layer by layer; the activation follows every layer but the last. Hidden weights are
 * normal with variance `gain^2 / inputs`, gain sqrt(2) for ReLU (He et al. 2015) and 3 for tanh, strong enough to bend;
 * biases normal with standard deviation 0.5. The last layer is scaled and shifted so that every output has mean 0 and
 * standard deviation 1 over 1,024 standard normal inputs, so no class is favoured by its bias.
 */
export function teacherNetwork(parameters: TeacherParameters): TeacherLayer[] {
  const { dimensions, width, depth, activation } = parameters;
  const outputs = parameters.task === 'classification' ? parameters.classes : 1;
  const widths = [dimensions, ...Array.from({ length: depth }, () => width), outputs];
  const gain = activation === 'relu' ? Math.SQRT2 : 3;
  const layers = widths.slice(1).map((out, at): TeacherLayer => {
    const inputs = widths[at]!;
    const random = new Philox(parameters.seed, 'teacher-network.layer', at);
    const scale = gain / Math.sqrt(inputs);
    return {
      inputs,
      outputs: out,
      weight: Float64Array.from(random.normals(inputs * out), (normal) => scale * normal),
      bias: Float64Array.from(random.normals(out), (normal) => 0.5 * normal),
    };
  });
  standardise(layers, parameters);
  return layers;
}

/** Folds the reference outputs' mean and standard deviation into the last layer. */
function standardise(layers: TeacherLayer[], { dimensions, activation, seed: seedNumber }: TeacherParameters): void {
  const random = new Philox(seedNumber, 'teacher-network.reference');
  const answers = Array.from({ length: reference }, () => forward(layers, activation, Float64Array.from(random.normals(dimensions))));
  const last = layers.at(-1)!;
  for (let o = 0; o < last.outputs; o++) {
    const mean = answers.reduce((sum, answer) => sum + answer[o]!, 0) / reference;
    const variance = answers.reduce((sum, answer) => sum + (answer[o]! - mean) ** 2, 0) / reference;
    // A dead ReLU network answers one number for everything; it is left as it is.
    const scale = variance > 0 ? 1 / Math.sqrt(variance) : 1;
    for (let i = 0; i < last.inputs; i++) last.weight[o * last.inputs + i]! *= scale;
    last.bias[o] = (last.bias[o]! - mean) * scale;
  }
}

/** The teacher's outputs for one input, in float64. */
function forward(layers: readonly TeacherLayer[], activation: keyof typeof activations, input: Float64Array): Float64Array {
  const bend = activations[activation];
  let values = input;
  layers.forEach((layer, at) => {
    const next = Float64Array.from(layer.bias);
    for (let o = 0; o < layer.outputs; o++) {
      let sum = next[o]!;
      for (let i = 0; i < layer.inputs; i++) sum += layer.weight[o * layer.inputs + i]! * values[i]!;
      next[o] = at < layers.length - 1 ? bend(sum) : sum;
    }
    values = next;
  });
  return values;
}

/** Answers given between two looks at the signal. */
const batch = 1024;

/** Answers of a random network: data that a student of the same shape can fit exactly (Saad and Solla 1995). */
export const teacher = defineGenerator({
  use: 'teacher-network',
  title: 'Teacher network',
  help: 'Inputs are random, answers come from a random network: a law of known complexity, fit exactly by a student of its shape.',
  schema,
  async generate(parameters, signal) {
    const { dimensions, task, classes } = parameters;
    checkSize('teacher-network', parameters.count, dimensions);
    const layers = teacherNetwork(parameters);
    const features = Array.from({ length: dimensions }, (_, d) => Float64Array.from(new Philox(parameters.seed, 'teacher-network.inputs', d).normals(parameters.count)));
    const outputs = layers.at(-1)!.outputs;
    const normals = parameters.noise === 0 ? undefined : new Philox(parameters.seed, 'generator.noise').normals(parameters.count * outputs);
    const input = new Float64Array(dimensions);
    const labels = new Int32Array(parameters.count);
    const target = new Float64Array(parameters.count);
    for (let row = 0; row < parameters.count; row++) {
      if (row % batch === 0) {
        await setImmediate();
        signal?.throwIfAborted();
      }
      for (let d = 0; d < dimensions; d++) input[d] = features[d]![row]!;
      const answer = forward(layers, parameters.activation, input);
      if (normals !== undefined) for (let o = 0; o < outputs; o++) answer[o]! += parameters.noise * normals[row * outputs + o]!;
      target[row] = answer[0]!;
      labels[row] = answer.indexOf(Math.max(...answer));
    }
    const names = coordinateNames(dimensions);
    if (task === 'regression') return numberTable('teacher-network', names, features, target);
    corrupt(labels, classes, parameters.labelNoise, parameters.seed);
    const classNames = Array.from({ length: classes }, (_, c) => String.fromCharCode(97 + c));
    return classTable('teacher-network', names, features, labels, classNames);
  },
});
