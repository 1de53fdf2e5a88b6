import { contourLevels, type Isoline, isolineFinder } from '#host-client';
import { heightAt, type HeightField } from './heights';

/** Milliseconds between two searches while points stream in. */
const PAUSE = 200;

/** The lines of so many points are found in a few milliseconds: at once, so that those of a film's slices go with its colours. */
const AT_ONCE = 51 * 51;

/** Points along an axis beyond which lines are no finer: more are not seen. */
const FINEST = 257;

/** Finds the lines of a field, of a large one on a coarser grid over the same ground. */
export function finderIn(field: Pick<HeightField, 'heights' | 'columns' | 'rows'>): (level: number) => Isoline[] {
  const { heights, columns, rows } = field;
  const [across, down] = [columns, rows].map((count) => Math.min(count, FINEST)) as [number, number];
  if (across === columns && down === rows) return isolineFinder(heights, columns, rows);
  const [wide, tall] = [(columns - 1) / (across - 1), (rows - 1) / (down - 1)];
  const find = isolineFinder(Float32Array.from({ length: across * down }, (_, i) => heightAt(field, Math.min((i % across) * wide, columns - 1), Math.min(Math.floor(i / across) * tall, rows - 1))), across, down);
  return (level) => find(level).map(({ points }) => ({ level, points: points.map((value, i) => value * (i % 2 === 0 ? wide : tall)) }));
}

/**
 * The contour lines of a height field that may change: they are searched for one height at a time between other tasks, so that a large surface does not
 * keep the window waiting. Until all are found the earlier ones stay.
 */
export class ContourSearch {
  /** What was found last, and in which field. */
  lines: readonly Isoline[] = [];
  of: HeightField | undefined;
  private field: HeightField | undefined;
  private searching = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param changed other lines are there */
  constructor(private readonly changed: () => void) {}

  /** The lines of this field are wanted. */
  want(field: HeightField): void {
    this.field = field;
    if (field.heights.length <= AT_ONCE) this.finish();
    else if (field !== this.of && !this.searching) this.begin(field, 0);
  }

  /** Forgets everything: another surface is going to be shown. */
  clear(): void {
    this.dispose();
    this.searching = false;
    this.lines = [];
    this.of = this.field = undefined;
  }

  /** Finds at once what is still missing. */
  finish(): void {
    if (!this.field || this.of === this.field) return;
    this.dispose();
    this.searching = false;
    const step = this.search(this.field);
    while (!step());
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private begin(field: HeightField, pause: number): void {
    this.searching = true;
    const search = this.search(field);
    const step = (): void => {
      if (!search()) {
        this.timer = setTimeout(step);
        return;
      }
      this.searching = false;
      this.changed();
      // Points have arrived in the meantime.
      if (this.field && this.of !== this.field) this.begin(this.field, PAUSE);
    };
    this.timer = setTimeout(step, pause);
  }

  /** Each call finds the lines of one height; the last one returns true. */
  private search(field: HeightField): () => boolean {
    const levels = contourLevels(field);
    const found: Isoline[] = [];
    let find: ReturnType<typeof isolineFinder> | undefined;
    return () => {
      find ??= finderIn(field);
      const level = levels.shift();
      if (level !== undefined) found.push(...find(level));
      if (levels.length > 0) return false;
      this.lines = found;
      this.of = field;
      return true;
    };
  }
}
