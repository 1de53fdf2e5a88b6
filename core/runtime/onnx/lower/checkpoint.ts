import type { LoweringTable, OnnxBuilder } from '../builder';
import { onnxTypes } from '../model';

/** An int64 `[1]` that is 0, but that the runtime cannot know before `after` is computed. */
function lateZero(after: string, b: OnnxBuilder): string {
  return b.once(`late zero ${after}`, () => {
    const first = b.emit('Slice', [b.emit('Reshape', [after, b.ints([-1])]), b.ints([0]), b.ints([1])]);
    const some = b.emit('Cast', [first], { to: onnxTypes.bool });
    return [b.emit('Cast', [b.emit('And', [some, b.emit('Not', [some])])], { to: onnxTypes.int64 })];
  })[0]!;
}

export const checkpoint: LoweringTable = {
  /**
   * A reshape to the same shape, which depends on `after`: no copy, yet another value for the runtime, which would merge equal
   * computations and could compute them early.
   */
  barrier(node, [x, after], b) {
    if (node.rank === 0 || node.size === 0 || node.inputs[1]!.size === 0) return x!;
    const name = b.emit('Reshape', [x!, b.emit('Add', [b.ints(node.shape), lateZero(after!, b)])], { allowzero: 1 });
    b.values.push({ name, dtype: node.dtype, shape: node.shape });
    return name;
  },
  checkpoint: () => '',
  checkpointOutput: (node, _, b) => b.lower(node.inputs[0]!.inputs[node.attributes['index'] as number]!),
};
