import { apply, spec, sizeOf, type Tensor, topologicalOrder, trace } from '#core/graph';
import { compile, compileOptionsOf, type CompileOptions } from '#core/runtime';
import { problemSpecs } from '../operators/feeds';
import type { Vector } from '../operators/operator';
import type { CurvatureProblem } from '../problem';
import { largestOf, type LayerMatrix, squaredSpectral } from './layer-norms';

/** How the network applies a kernel: to feature maps of which shape, with which stride and padding. */
export interface ConvPlace {
  /** `[channels, height, width]` of what it is applied to. */
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly kernel: readonly number[];
  readonly attributes: Tensor['attributes'];
}

/** The convolutions of a network by the name of their kernel; found in its graph. */
export function convPlaces(problem: CurvatureProblem): Map<string, ConvPlace> {
  const graph = trace(({ parameters, buffers, batch }: { parameters: Record<string, Tensor>; buffers: Record<string, Tensor>; batch: { x: Tensor } }) =>
    problem.outputs(parameters, buffers, batch.x), problemSpecs(problem) as never);
  const places = new Map<string, ConvPlace>();
  for (const node of topologicalOrder(graph.outputs.map(({ tensor }) => tensor))) {
    if (node.op !== 'conv') continue;
    const [x, kernel] = node.inputs as [Tensor, Tensor];
    const name = kernel.op === 'input' ? String(kernel.attributes['name']) : '';
    if (!name.startsWith('parameters.')) continue;
    places.set(name.slice('parameters.'.length), { input: x.shape.slice(1), output: node.shape.slice(1), kernel: kernel.shape, attributes: node.attributes });
  }
  return places;
}

/**
 * The square of the largest singular value of the linear map that a layer is: a dense layer's matrix; a convolution's map from its
 * own feature maps, with its padding and stride, by Lanczos on the map and its transpose.
 */
export async function squaredOperatorNorm(matrix: LayerMatrix, place: ConvPlace | undefined, options: CompileOptions, signal?: AbortSignal): Promise<number> {
  if (place === undefined) return squaredSpectral(matrix, signal);
  const precision = options.device === 'reference' ? 'float64' : 'float32';
  const spatial = place.input.slice(1);
  const graph = trace(({ v, kernel }: { v: Tensor; kernel: Tensor }) =>
    apply('convInputGrad', [apply('conv', [v, kernel], place.attributes), kernel], { ...place.attributes, size: spatial }), {
    v: spec([1, ...place.input]),
    kernel: spec(place.kernel),
  });
  const program = await compile(graph, compileOptionsOf(options));
  const kernel = precision === 'float64' ? matrix.data : Float32Array.from(matrix.data);
  const product = async (v: Vector): Promise<Vector> => {
    const { output } = await program.run({ v, kernel });
    const values = (await output!.read()) as Vector;
    output!.dispose();
    return values;
  };
  try {
    return await largestOf('convolution', sizeOf(place.input), precision, product, signal);
  } finally {
    await program.dispose();
  }
}
