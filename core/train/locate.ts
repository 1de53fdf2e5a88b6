import type { Graph, TypedArray } from '#core/graph';
import { firstNonFinite, type CompileOptions, type NonFinite } from '#core/runtime';

/** Where a training step went wrong, in words: the op, what it read, and where in the network that is. */
export async function locateNonFinite(graph: Graph, feeds: Readonly<Record<string, TypedArray>>, compile: CompileOptions): Promise<string> {
  const found = await firstNonFinite(graph, feeds, compile);
  if (found === undefined) return 'Every number of the step is finite when it is computed op by op; the runtime\'s fused operators made it.';
  const { op, shape, value, count, reads } = found;
  const what = `${value} (${count} of ${shape.reduce((a, b) => a * b, 1)} numbers)`;
  if (op === 'input') return `The first NaN or infinity is ${what} in what the step was given: ${found.near[0]}.`;
  const read = reads.map(({ name, shape: axes, low, high }) => `${name} [${axes.join(',')}] between ${brief(low)} and ${brief(high)}`).join(', ');
  return `The first NaN or infinity is ${what} made by ${op} [${shape.join(',')}] ${placeOf(found)}; it read ${read}.`;
}

/** `in the network, near parameters.layers.2.weight`, `in the gradient, ...`. */
function placeOf({ near, reaches }: NonFinite): string {
  const part = reaches.includes('output') ? 'in the network' : reaches.includes('loss') ? 'in the loss' : reaches.includes('gradientNorm') ? 'in the gradient' : 'in the optimizer\'s update';
  const layer = near.find((name) => name.startsWith('parameters.'))?.slice('parameters.'.length);
  return layer === undefined ? part : `${part}, near ${layer}`;
}

const brief = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value));
