/** What can be drawn upon a surface. */
export type LegendSymbol = 'path' | 'lowest' | 'minimum' | 'saddle' | 'maximum' | 'computed';

/** A sign in a picture and what it stands for. */
export interface LegendKey {
  readonly symbol: LegendSymbol;
  readonly text: string;
}

/** What is drawn upon a surface, in a picture on paper or in the window. */
export interface DrawnUpon {
  /** How many paths. */
  readonly paths: number;
  /** The path is one between networks, not one of training. */
  readonly between?: boolean;
  /** The lowest value, as it is written, or nothing where there are several; absent where the lowest point is not drawn, or named at its place. */
  readonly lowest?: string;
  /** Valleys, passes and hills. */
  readonly marks: readonly { readonly kind: 'minimum' | 'saddle' | 'maximum' }[];
  /** Points that were computed, where the others are interpolated. */
  readonly computed: boolean;
}

const critical = { minimum: 'valley (local minimum)', saddle: 'pass (saddle)', maximum: 'hill (local maximum)' } as const;

/** One key for each kind of sign that is drawn; whose path has which colour is said by `pathLabel`. */
export function legendKeys({ paths, between = false, lowest, marks, computed }: DrawnUpon): LegendKey[] {
  const kinds = (Object.keys(critical) as (keyof typeof critical)[]).filter((kind) => marks.some((mark) => mark.kind === kind));
  return [
    ...(paths > 0 ? [{ symbol: 'path' as const, text: `${between ? 'path between the networks' : `${paths > 1 ? 'paths' : 'path'} of training`}, from ring to dot` }] : []),
    ...(lowest === undefined ? [] : [{ symbol: 'lowest' as const, text: lowest === '' ? 'lowest point' : `lowest point, ${lowest}` }]),
    ...kinds.map((kind) => ({ symbol: kind, text: critical[kind] })),
    ...(computed ? [{ symbol: 'computed' as const, text: 'computed point, between them interpolated' }] : []),
  ];
}

/**
 * Keys beside each other, in as many rows as they take.
 *
 * @param widths of the keys, in any unit
 * @param room width of a row
 * @param gap between two keys
 * @returns the row and the left edge of each; one that is wider than the room has a row of its own
 */
export function legendRows(widths: readonly number[], room: number, gap: number): { readonly row: number; readonly left: number }[] {
  let [row, left] = [0, 0];
  return widths.map((width) => {
    if (left > 0 && left + width > room) [row, left] = [row + 1, 0];
    const place = { row, left };
    left += width + gap;
    return place;
  });
}
