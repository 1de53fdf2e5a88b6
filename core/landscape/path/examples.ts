import { Philox } from '#core/graph';
import type { LandscapeBatch, LandscapeProblem } from '../problem';

type Numbers = LandscapeBatch['x'];

/** Mini-batches of a problem's examples, drawn without replacement in an order that each epoch's number and the seed decide. */
export class Examples {
  readonly count: number;
  readonly size: number;
  readonly stepsPerEpoch: number;
  private order: Int32Array = new Int32Array(0);
  private orderOf = -1;
  /** By example: its batch and its row there. */
  private readonly places: Int32Array;

  /** @param problem its batches are of the size of a mini-batch */
  constructor(
    private readonly problem: LandscapeProblem,
    private readonly seed: number,
  ) {
    const rows = problem.batches.flatMap(({ count }, batch) => Array.from({ length: count }, (_, row) => [batch, row]));
    this.places = Int32Array.from(rows.flat());
    this.count = rows.length;
    this.size = problem.exampleSpecs.x.shape[0]!;
    this.stepsPerEpoch = Math.max(1, Math.floor(this.count / this.size));
  }

  /** Feeds of the mini-batch of a step; the examples that no full batch is left of wait for the next epoch. */
  feeds(step: number): Record<'batch.x' | 'batch.y' | 'batch.mask', Numbers> {
    const epoch = Math.floor(step / this.stepsPerEpoch);
    if (this.orderOf !== epoch) {
      this.order = new Philox(this.seed, 'path/order', epoch).permutation(this.count);
      this.orderOf = epoch;
    }
    const from = (step % this.stepsPerEpoch) * this.size;
    const chosen = this.order.subarray(from, from + this.size);
    const mask = new Float32Array(this.size).fill(1, 0, chosen.length);
    return { 'batch.x': this.rows(chosen, 'x'), 'batch.y': this.rows(chosen, 'y'), 'batch.mask': mask };
  }

  private rows(chosen: Int32Array, what: 'x' | 'y'): Numbers {
    const { batches } = this.problem;
    const width = batches[0]![what].length / this.size;
    const out = new (batches[0]![what].constructor as new (length: number) => Numbers)(batches[0]![what].length);
    chosen.forEach((example, i) => {
      const [batch, row] = [this.places[2 * example]!, this.places[2 * example + 1]!];
      // The two are of one type: both come from the problem's batches.
      (out as Float32Array).set(batches[batch]![what].subarray(row * width, (row + 1) * width) as Float32Array, i * width);
    });
    return out;
  }
}
