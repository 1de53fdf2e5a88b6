import { interpolateCividis, interpolateMagma, interpolatePuOr, interpolateViridis } from 'd3-scale-chromatic';

/** Perceptually uniform maps for values; the diverging one for signed quantities. */
export const colorMaps = { viridis: interpolateViridis, magma: interpolateMagma, cividis: interpolateCividis, diverging: interpolatePuOr } as const;
export type ColorMapName = keyof typeof colorMaps;

/** 256 colours, sRGB bytes `[256 * 3]`, from low to high. */
export function colorTable(name: ColorMapName): Uint8Array {
  const table = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) table.set(parseColor(colorMaps[name](i / 255)), i * 3);
  return table;
}

function parseColor(text: string): [number, number, number] {
  if (text.startsWith('#')) {
    const bits = Number.parseInt(text.slice(1), 16);
    return [bits >> 16, (bits >> 8) & 255, bits & 255];
  }
  const [r = 0, g = 0, b = 0] = (text.match(/[\d.]+/g) ?? []).map(Number);
  return [r, g, b];
}

/** The i-th of 256 colours as `#rrggbb`. */
export const hexColor = (table: Uint8Array, index: number): string => `#${Buffer.from(table.subarray(index * 3, index * 3 + 3)).toString('hex')}`;

/** The colour at `t` in 0..1, linear between table entries, as sRGB bytes. */
export function sampleColor(table: Uint8Array, t: number, out: [number, number, number] = [0, 0, 0]): [number, number, number] {
  const position = Math.min(Math.max(t, 0), 1) * 255;
  const low = Math.min(Math.floor(position), 254);
  const part = position - low;
  for (let channel = 0; channel < 3; channel++) {
    const a = table[low * 3 + channel]!;
    const b = table[low * 3 + 3 + channel]!;
    out[channel] = a + (b - a) * part;
  }
  return out;
}

/** An sRGB byte as linear light in 0..1 (IEC 61966-2-1). */
export function linearLight(byte: number): number {
  const c = byte / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}
