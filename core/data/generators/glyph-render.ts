import type { Stroke } from './glyph-shapes';

/** How a glyph lies on the picture and what pen drew it. Lengths are shares of the picture's side. */
export interface Hand {
  /** Affine map of the unit square about its centre: `[xx, xy, yx, yy]`, then a shift `[x, y]`. */
  linear: readonly [number, number, number, number];
  shift: readonly [number, number];
  /** Smooth bending: sine waves of two directions, each with an amplitude and a phase. */
  bend: readonly { amplitude: number; phase: number }[];
  /** Half the pen's width at the start and at the end of every stroke. */
  penStart: number;
  penEnd: number;
  /** Half the width of the soft edge, in pixels; 1 is a sharp picture, antialiased. */
  edge: number;
  /** Brightness of the ink, 0..1. */
  ink: number;
}

/** Moves a stroke's points from the unit square to pixels; the centre of the first pixel is (0.5, 0.5). */
function place(stroke: Stroke, hand: Hand, size: number): Float64Array {
  const [bendX, bendY] = hand.bend;
  const [xx, xy, yx, yy] = hand.linear;
  const placed = new Float64Array(stroke.length);
  for (let i = 0; i < stroke.length; i += 2) {
    const x = stroke[i]! - 0.5;
    const y = stroke[i + 1]! - 0.5;
    const u = x + bendX!.amplitude * Math.sin(2 * Math.PI * 1.1 * y + bendX!.phase);
    const v = y + bendY!.amplitude * Math.sin(2 * Math.PI * 1.1 * x + bendY!.phase);
    placed[i] = size * (0.5 + xx * u + xy * v + hand.shift[0]);
    placed[i + 1] = size * (0.5 + yx * u + yy * v + hand.shift[1]);
  }
  return placed;
}

/** Shifts, and shrinks where that is not enough, placed strokes together so that their ink stays on the picture. */
function keepOnPicture(strokes: readonly Float64Array[], margin: number, size: number): void {
  for (const axis of [0, 1]) {
    let least = Infinity;
    let most = -Infinity;
    for (const points of strokes) {
      for (let i = axis; i < points.length; i += 2) {
        least = Math.min(least, points[i]!);
        most = Math.max(most, points[i]!);
      }
    }
    const scale = Math.min(1, (size - 2 * margin) / (most - least));
    const first = Math.min(Math.max(least, margin), size - margin - scale * (most - least));
    for (const points of strokes) for (let i = axis; i < points.length; i += 2) points[i] = first + scale * (points[i]! - least);
  }
}

/**
 * Lowers `distances` (signed, in pixels, negative under the ink; `[size, size]`) to the distance from one stroke where that is
 * nearer. Only pixels within `reach` of the ink are looked at.
 */
function lowerToStroke(points: Float64Array, startRadius: number, endRadius: number, reach: number, distances: Float64Array, size: number): void {
  const segments = points.length / 2 - 1;
  for (let s = 0; s < segments; s++) {
    const ax = points[2 * s]!;
    const ay = points[2 * s + 1]!;
    const dx = points[2 * s + 2]! - ax;
    const dy = points[2 * s + 3]! - ay;
    const squared = dx * dx + dy * dy;
    const radius = startRadius + ((endRadius - startRadius) * s) / segments;
    const growth = (endRadius - startRadius) / segments;
    const margin = Math.max(startRadius, endRadius) + reach;
    const left = Math.max(0, Math.floor(Math.min(ax, ax + dx) - margin));
    const right = Math.min(size - 1, Math.ceil(Math.max(ax, ax + dx) + margin));
    const top = Math.max(0, Math.floor(Math.min(ay, ay + dy) - margin));
    const bottom = Math.min(size - 1, Math.ceil(Math.max(ay, ay + dy) + margin));
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const px = column + 0.5 - ax;
        const py = row + 0.5 - ay;
        const along = squared === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / squared));
        const x = px - along * dx;
        const y = py - along * dy;
        const distance = Math.sqrt(x * x + y * y) - radius - growth * along;
        const at = row * size + column;
        if (distance < distances[at]!) distances[at] = distance;
      }
    }
  }
}

/**
 * Draws strokes as white ink on black, `[size, size]` brightness 0..1 into `out`. The ink's coverage of a pixel falls from 1
 * to 0 as the smooth step `3 s^2 - 2 s^3` of its centre's distance from the outline, from `-edge` to `edge`.
 */
export function renderGlyph(strokes: readonly Stroke[], hand: Hand, size: number, out: Float64Array): void {
  out.fill(Infinity);
  const placed = strokes.map((stroke) => place(stroke, hand, size));
  keepOnPicture(placed, size * Math.max(hand.penStart, hand.penEnd) + hand.edge, size);
  for (const points of placed) lowerToStroke(points, size * hand.penStart, size * hand.penEnd, hand.edge, out, size);
  for (let at = 0; at < out.length; at++) {
    const inside = Math.min(1, Math.max(0, 0.5 - out[at]! / (2 * hand.edge)));
    out[at] = hand.ink * inside * inside * (3 - 2 * inside);
  }
}
