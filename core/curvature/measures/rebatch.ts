import { sizeOf } from '#core/graph';
import type { CurvatureBatch, CurvatureProblem } from '../problem';

type Numbers = CurvatureBatch['x'];
const like = (numbers: Numbers, length: number): Numbers => new (numbers.constructor as new (n: number) => Numbers)(length);

/** The same examples in the same order, `size` to a batch; the last one is padded. */
export function rebatch(problem: CurvatureProblem, size: number): CurvatureProblem {
  const { x, y } = problem.exampleSpecs;
  const widths = { x: sizeOf(x.shape.slice(1)), y: sizeOf(y.shape.slice(1)) };
  const rows = problem.batches.flatMap((batch) => Array.from({ length: batch.count }, (_, row) => ({ batch, row })));
  const batches: CurvatureBatch[] = [];
  for (let from = 0; from < rows.length; from += size) {
    const own = rows.slice(from, from + size);
    const first = own[0]!.batch;
    const made = { x: like(first.x, size * widths.x), y: like(first.y, size * widths.y), mask: new Float32Array(size), count: own.length };
    own.forEach(({ batch, row }, i) => {
      made.x.set(batch.x.subarray(row * widths.x, (row + 1) * widths.x) as never, i * widths.x);
      made.y.set(batch.y.subarray(row * widths.y, (row + 1) * widths.y) as never, i * widths.y);
      made.mask[i] = 1;
    });
    batches.push(made);
  }
  return { ...problem, exampleSpecs: { x: { ...x, shape: [size, ...x.shape.slice(1)] }, y: { ...y, shape: [size, ...y.shape.slice(1)] } }, batches };
}
