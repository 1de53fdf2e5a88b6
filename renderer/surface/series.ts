import { fillBetween } from '#host-client';
import type { PathData, SurfaceData } from './data';

/** One moment of a series. */
export interface Slice {
  readonly step: number;
  readonly data: SurfaceData;
}

/**
 * A series as one surface that changes: `data` is what a scene draws, and `at` sets the moment it shows. Between two slices the
 * heights lie on straight lines, for the eye alone: nothing was computed there.
 */
export class SeriesFilm {
  readonly data: SurfaceData & { trajectory: PathData | undefined; otherTrajectories: readonly PathData[] | undefined; chosen: boolean | undefined };

  readonly #slices: Slice[];
  /** Values of slices whose points were chosen, with those between them filled in: slices have not the same ones. */
  readonly #filled = new Map<number, SurfaceData['values']>();

  constructor(slices: readonly Slice[]) {
    this.#slices = [...slices];
    const first = slices[0];
    if (!first) throw new Error('a film has at least one slice');
    this.data = { ...first.data, trajectory: first.data.trajectory, otherTrajectories: first.data.otherTrajectories, chosen: first.data.chosen, values: Object.fromEntries(Object.entries(first.data.values).map(([name, values]) => [name, values.slice()])) };
  }

  get slices(): readonly Slice[] {
    return this.#slices;
  }

  /** A later moment, at the end. */
  add(slice: Slice): void {
    this.#slices.push(slice);
  }

  /** The last position. */
  get end(): number {
    return this.#slices.length - 1;
  }

  /** Shows a position from 0 (the first slice) to `end`; fractions lie between two slices. Refresh the scene afterwards. */
  at(position: number): void {
    const index = Math.min(Math.max(Math.floor(position), 0), this.end);
    const share = Math.min(Math.max(position - index, 0), 1);
    const here = this.#slices[index]!.data;
    const next = this.#slices[Math.min(index + 1, this.end)]!.data;
    ({ trajectory: this.data.trajectory, otherTrajectories: this.data.otherTrajectories } = share > 0.5 ? next : here);
    // Nothing is computed between two slices.
    this.data.chosen = here.chosen && share === 0;
    const [before, after] = share === 0 ? [here.values, here.values] : [this.#whole(index), this.#whole(Math.min(index + 1, this.end))];
    for (const [name, values] of Object.entries(this.data.values)) {
      const [from, to] = [before[name]!, after[name]!];
      // A hole on either side stays one while the two are mixed.
      for (let i = 0; i < values.length; i++) values[i] = share === 0 ? from[i]! : from[i]! * (1 - share) + to[i]! * share;
    }
  }

  #whole(index: number): SurfaceData['values'] {
    const { values, chosen, x, y } = this.#slices[index]!.data;
    if (!chosen) return values;
    const known = this.#filled.get(index);
    if (known) return known;
    const filled = Object.fromEntries(Object.entries(values).map(([name, own]) => {
      const whole = own.slice();
      fillBetween(whole, x.length, y.length);
      return [name, whole];
    }));
    this.#filled.set(index, filled);
    return filled;
  }

  /** What is shown at a position, in words. */
  says(position: number): string {
    const index = Math.min(Math.floor(position), this.end);
    const { step } = this.#slices[index]!;
    if (position - index < 1e-6) return `step ${step}`;
    return `between steps ${step} and ${this.#slices[index + 1]?.step ?? step}, interpolated`;
  }
}
