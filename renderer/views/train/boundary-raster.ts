import type { Boundary } from '#host-client';

/** A colour in sRGB, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** Reads `#rrggbb` and `rgb(r, g, b)`, the two forms in which colour maps and the theme give colours. */
export function parseColor(color: string): Rgb {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  const parts = hex ? hex.slice(1).map((part) => Number.parseInt(part, 16)) : (color.match(/[\d.]+/g) ?? []).map(Number);
  const [r = 0, g = 0, b = 0] = parts;
  return [r, g, b];
}

/** The class of each cell (`[ny * nx]`) and how sure the network is of it, from its probability. */
export function predictedClasses({ values, x, y }: Boundary, classes: number): { label: Uint8Array; confidence: Float32Array } {
  const cells = x.length * y.length;
  const label = new Uint8Array(cells);
  const confidence = new Float32Array(cells);
  for (let cell = 0; cell < cells; cell++) {
    for (let k = 0; k < classes; k++) {
      const probability = values[k * cells + cell] ?? 0;
      if (probability <= (confidence[cell] ?? 0)) continue;
      confidence[cell] = probability;
      label[cell] = k;
    }
  }
  return { label, confidence };
}

/**
 * The colour of each cell, RGBA: the class's own colour, paler towards `surface` where the network is unsure (a
 * probability of 1 / classes is the surface itself). Rows are turned over: a picture begins at the top, an axis below.
 */
export function classRaster(boundary: Boundary, colors: readonly Rgb[], surface: Rgb, strength = 0.5): Uint8ClampedArray<ArrayBuffer> {
  const classes = colors.length;
  const { label, confidence } = predictedClasses(boundary, classes);
  return paint(boundary, (cell) => {
    const color = colors[label[cell] ?? 0] ?? surface;
    const sure = classes > 1 ? ((confidence[cell] ?? 0) - 1 / classes) / (1 - 1 / classes) : 1;
    const weight = strength * (0.15 + 0.85 * Math.max(0, Math.min(1, sure)));
    return [0, 1, 2].map((i) => (surface[i] ?? 0) * (1 - weight) + (color[i] ?? 0) * weight) as unknown as Rgb;
  });
}

/** The colour of each cell's value on a colour map from the lowest to the highest. */
export function valueRaster(boundary: Boundary, map: (share: number) => Rgb): Uint8ClampedArray<ArrayBuffer> {
  const [low, high] = extent(boundary.values);
  return paint(boundary, (cell) => map(((boundary.values[cell] ?? low) - low) / (high - low || 1)));
}

/** Lowest and highest finite value. */
export function extent(values: ArrayLike<number>): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function paint({ x, y }: Boundary, color: (cell: number) => Rgb): Uint8ClampedArray<ArrayBuffer> {
  const [nx, ny] = [x.length, y.length];
  const pixels = new Uint8ClampedArray(nx * ny * 4);
  for (let j = 0; j < ny; j++) {
    for (let i = 0; i < nx; i++) {
      const at = ((ny - 1 - j) * nx + i) * 4;
      pixels.set(color(j * nx + i), at);
      pixels[at + 3] = 255;
    }
  }
  return pixels;
}
