import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Philox, strictObject } from '#core/graph';
import { z } from 'zod';
import { blockAccess } from '../readers/array-images';
import type { PictureSize, TextColumn } from '../source';
import { labelNoise, seed } from './fields';
import { defineGenerator } from './generator';
import { renderGlyph } from './glyph-render';
import type { Hand } from './glyph-render';
import { glyphShapes } from './glyph-shapes';
import { corrupt } from './table';

/** Pictures drawn between two looks at the clock and at the signal. */
const batch = 256;

/**
 * The hand that draws picture `index`: at `distortion` 0 upright, centred and always the same pen; at 1 as people write. Angles
 * in radians, lengths as shares of the side.
 */
function handOf(seedNumber: number, index: number, distortion: number): Hand {
  const random = new Philox(seedNumber, 'glyphs.hand', index);
  const normals = random.normals(8);
  const uniforms = random.uniforms(6);
  // Beyond two standard deviations a glyph could turn into another.
  const spread = (at: number, deviation: number): number => distortion * deviation * Math.max(-2, Math.min(2, normals[at]!));
  const turn = spread(0, 0.22);
  const shear = spread(1, 0.16);
  const size = 0.78 * Math.exp(spread(2, 0.1));
  const stretch = Math.exp(spread(3, 0.1));
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const [width, height] = [size * stretch, size / stretch];
  const pen = 0.042 * Math.exp(spread(6, 0.2));
  const pressure = Math.exp(spread(7, 0.15));
  return {
    linear: [cos * width, (cos * shear - sin) * height, sin * width, (sin * shear + cos) * height],
    shift: [spread(4, 0.05), spread(5, 0.05)],
    bend: [0, 1].map((axis) => ({ amplitude: 0.06 * distortion * uniforms[axis]!, phase: 2 * Math.PI * uniforms[2 + axis]! })),
    penStart: pen * pressure,
    penEnd: pen / pressure,
    edge: 1 + 0.8 * distortion * uniforms[4]! ** 2,
    ink: 1 - Math.min(1, distortion) * 0.25 * uniforms[5]!,
  };
}

/** Brightness 0..1 to bytes, with normal noise of its own stream. */
function toBytes(brightness: Float64Array, deviation: number, seedNumber: number, index: number, out: Uint8ClampedArray): void {
  if (deviation === 0) {
    for (let at = 0; at < out.length; at++) out[at] = 255 * brightness[at]!;
    return;
  }
  const normals = new Philox(seedNumber, 'glyphs.noise', index).normals(out.length);
  for (let at = 0; at < out.length; at++) out[at] = 255 * (brightness[at]! + deviation * normals[at]!);
}

/** Drawn signs of ten classes, white on black, each by another hand: rotated, sheared, bent, thick or thin, soft or sharp. */
export const glyphs = defineGenerator({
  use: 'glyphs',
  title: 'Glyphs',
  help: 'Pictures of ten hand-drawn signs, from circle to bolt: a picture task without a download.',
  schema: strictObject({
    count: z.int().min(10).max(100_000).default(10_000).describe('How many pictures to draw.').meta({ label: 'Examples', unit: 'pictures', scale: 'log' }),
    size: z.int().min(16).max(64).default(28).describe('Width and height of a picture.').meta({ label: 'Size', unit: 'pixels', advanced: true }),
    distortion: z.number().min(0).max(2).default(1)
      .describe('How much hands differ in slant, size, place, bend and pen: 0 draws every glyph of a class alike.').meta({ label: 'Distortion', scale: 'linear' }),
    noise: z.number().min(0).max(1).default(0.06).describe('Standard deviation of the normal noise added to every pixel, as a share of white.')
      .meta({ label: 'Noise', unit: 'share of white', scale: 'linear' }),
    labelNoise,
    seed,
  }),
  async generate(parameters, signal) {
    const { count, size: side, distortion, noise } = parameters;
    const size: PictureSize = { width: side, height: side, channels: 1 };
    const labels = Int32Array.from({ length: count }, (_, i) => i % glyphShapes.length);
    const pixels = new Uint8Array(count * side * side);
    const brightness = new Float64Array(side * side);
    for (let i = 0; i < count; i++) {
      if (i % batch === 0) {
        await setImmediate();
        signal?.throwIfAborted();
      }
      renderGlyph(glyphShapes[labels[i]!]!.strokes, handOf(parameters.seed, i, distortion), side, brightness);
      toBytes(brightness, noise, parameters.seed, i, new Uint8ClampedArray(pixels.buffer, i * side * side, side * side));
    }
    corrupt(labels, glyphShapes.length, parameters.labelNoise, parameters.seed);
    const target: TextColumn = { name: 'target', storage: 'text', codes: labels, dictionary: glyphShapes.map(({ name }) => name) };
    const fingerprint = createHash('sha256').update(JSON.stringify([size, target.dictionary]))
      .update(new Uint8Array(labels.buffer)).update(pixels).digest('hex');
    return {
      kind: 'images', name: 'glyphs', format: 'generator', path: null, bytes: null, fingerprint, notices: [], count, size, sameSize: true, target,
      ...blockAccess([{ name: 'glyphs', count, pixels }], size),
    };
  },
});
