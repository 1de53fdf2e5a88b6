/**
 * The ten glyphs as strokes in the unit square, x to the right and y downward. A stroke is drawn with a round pen along a
 * chain of points `x0, y0, x1, y1, ...`; curves are given as arcs and written out as short chords.
 */
export type Stroke = Float64Array;

const line = (...coordinates: number[]): Stroke => Float64Array.from(coordinates);

/** A curve for a parameter from 0 to 1, as `chords` chords. */
function curve(chords: number, point: (share: number) => readonly [number, number]): Stroke {
  const stroke = new Float64Array(2 * (chords + 1));
  for (let i = 0; i <= chords; i++) stroke.set(point(i / chords), 2 * i);
  return stroke;
}

/** An arc around `(x, y)` from angle `from` to `to`, in turns, clockwise on the screen from three o'clock. */
const arc = (x: number, y: number, radius: number, from: number, to: number): Stroke =>
  curve(Math.ceil(28 * Math.abs(to - from)), (share) => {
    const angle = 2 * Math.PI * (from + share * (to - from));
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  });

/** Chains joined end to start into one stroke. */
const join = (...strokes: Stroke[]): Stroke => Float64Array.from(strokes.flatMap((stroke) => [...stroke]));

/** Five tips on a circle, every second one joined to the next. */
const pentagram = (): Stroke => {
  const corners = Array.from({ length: 11 }, (_, i) => {
    const angle = 2 * Math.PI * (i / 10 - 0.25);
    const radius = i % 2 === 0 ? 0.43 : 0.19;
    return [0.5 + radius * Math.cos(angle), 0.53 + radius * Math.sin(angle)];
  });
  return line(...corners.flat());
};

/** A crescent: a wide arc, and a flatter one that runs back from its horns. */
const crescent = (): Stroke => {
  // Both circles pass through the horns (0.68, 0.5 -+ 0.34).
  const [x, height] = [0.68, 0.34];
  const outer = { x: 0.52, radius: Math.hypot(0.16, height) };
  const inner = { x: 0.86, radius: Math.hypot(0.18, height) };
  const angle = (centre: number): number => Math.atan2(height, x - centre) / (2 * Math.PI);
  return join(
    arc(outer.x, 0.5, outer.radius, angle(outer.x), 1 - angle(outer.x)),
    arc(inner.x, 0.5, inner.radius, 1 - angle(inner.x), angle(inner.x)),
  );
};

/** Two half circles side by side over a point, joined by tangents. */
const heart = (): Stroke => {
  const radius = 0.195;
  const [left, right, top, tip] = [0.5 - radius, 0.5 + radius, 0.35, 0.86];
  // The tangent from the tip touches the right circle at the angle between its axis and the line to the tip, plus acos(r / d).
  const distance = Math.hypot(radius, tip - top);
  const touch = (Math.atan2(tip - top, -radius) - Math.acos(radius / distance)) / (2 * Math.PI);
  return join(line(0.5, tip), arc(left, top, radius, 0.5 - touch, 1), arc(right, top, radius, 0.5, 1 + touch), line(0.5, tip));
};

/** Name and strokes of every class, in the order of the classes. */
export const glyphShapes: readonly { name: string; strokes: readonly Stroke[] }[] = [
  { name: 'circle', strokes: [arc(0.5, 0.5, 0.36, 0, 1)] },
  { name: 'triangle', strokes: [line(0.5, 0.13, 0.88, 0.8, 0.12, 0.8, 0.5, 0.13)] },
  { name: 'square', strokes: [line(0.18, 0.18, 0.82, 0.18, 0.82, 0.82, 0.18, 0.82, 0.18, 0.18)] },
  { name: 'star', strokes: [pentagram()] },
  { name: 'heart', strokes: [heart()] },
  { name: 'moon', strokes: [crescent()] },
  { name: 'arrow', strokes: [line(0.12, 0.5, 0.86, 0.5), line(0.56, 0.2, 0.88, 0.5, 0.56, 0.8)] },
  {
    name: 'spiral',
    strokes: [curve(48, (share) => {
      const angle = 2 * Math.PI * 1.85 * share;
      const radius = 0.02 + 0.38 * share;
      return [0.5 + radius * Math.cos(angle), 0.5 + radius * Math.sin(angle)];
    })],
  },
  { name: 'wave', strokes: [0.31, 0.69].map((y) => curve(24, (share) => [0.08 + 0.84 * share, y - 0.13 * Math.sin(3 * Math.PI * share)] as const)) },
  { name: 'bolt', strokes: [line(0.62, 0.12, 0.3, 0.53, 0.68, 0.49, 0.38, 0.88)] },
];
