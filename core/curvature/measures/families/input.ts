import { constant, grad, mul, Philox, sum, type Tensor, vjp } from '#core/graph';
import type { ProblemInputs } from '../../operators/feeds';
import { type CurvatureProblem, exampleLosses } from '../../problem';
import type { MeasureBench } from '../bench';
import type { Measure } from '../measure';
import { novak } from '../sources';
import { meanWithInterval } from '../statistics';

const common = { family: 'input', worse: 'higher', needs: ['numbers'], invariant: ['layer-rescaling', 'unit-rescaling', 'permutation'] } as const;

/** Gradient of each example's loss in its own input, `[batch, ...]`. */
const inputGradients = (problem: CurvatureProblem) => ({ parameters, buffers, batch: { x, y, mask } }: ProblemInputs): Tensor =>
  grad((input: Tensor) => sum(mul(exampleLosses(problem, parameters, buffers, { x: input, y }), mask)))(x);

/** Lengths of rows. */
function rowNorms(values: Float64Array, rows: number): Float64Array {
  const width = values.length / rows;
  return Float64Array.from({ length: rows }, (_, i) => Math.sqrt(values.subarray(i * width, (i + 1) * width).reduce((total, value) => total + value * value, 0)));
}

/** Outputs up to which each one's gradient is taken; beyond, random combinations of them. */
const mostOutputs = 16;

/** `|d f(x_i) / d x_i|_F` of every example: from the gradients of all outputs, or of random signs over them. */
async function jacobianNorms(bench: MeasureBench): Promise<Float64Array> {
  const { network, problem } = bench;
  const { width } = await bench.answers();
  const exactly = width <= mostOutputs;
  const combinations = Math.min(width, mostOutputs);
  const squares = new Float64Array(network.examples);
  for (let k = 0; k < combinations; k++) {
    bench.say(`sensitivity of the outputs, ${k + 1} of ${combinations}`);
    const words = new Philox(bench.seed, 'measures.outputs', k).words(width);
    const weights = Array.from({ length: width }, (_, j) => (exactly ? Number(j === k) : (words[j]! & 1 ? 1 : -1) / Math.sqrt(combinations)));
    const slopes = await network.perExample(`output ${k}`, ({ parameters, buffers, batch: { x } }) => {
      const [outputs, pull] = vjp((input: Tensor) => problem.outputs(parameters, buffers, input), x);
      return pull(constant(Float32Array.from({ length: outputs.size }, (_, at) => weights[at % width]!), outputs.shape));
    }, bench.signal);
    rowNorms(slopes, network.examples).forEach((norm, i) => (squares[i]! += norm * norm));
  }
  return squares.map(Math.sqrt);
}

export const inputMeasures: readonly Measure[] = [
  {
    ...common,
    id: 'input-gradient-norm',
    title: 'Input gradient norm',
    formula: '1/m sum_i |d loss(f(x_i), y_i) / d x_i|_2',
    meaning: 'How fast the loss changes with the input: a local Lipschitz constant.',
    source: novak('section 3'),
    unit: 'loss/input',
    work: ['input-gradient'],
    async compute(bench) {
      const slopes = await bench.network.perExample('input', inputGradients(bench.problem), bench.signal);
      return meanWithInterval(rowNorms(slopes, bench.network.examples), 'examples');
    },
  },
  {
    ...common,
    id: 'input-jacobian-norm',
    title: 'Input-output Jacobian norm',
    formula: '1/m sum_i |d f(x_i) / d x_i|_F',
    meaning: 'How fast the outputs change with the input. With more than 16 outputs from random combinations of them.',
    source: novak('eq. 2'),
    unit: 'outputs/input',
    work: ['evaluation', 'input-jacobian'],
    async compute(bench) {
      return meanWithInterval(await jacobianNorms(bench), 'examples');
    },
  },
];
