import { interpolateCividis, interpolateMagma, interpolatePuOr, interpolateViridis } from 'd3-scale-chromatic';
import type { ColorMapName, Theme } from './data';

const maps: Readonly<Record<ColorMapName, (t: number) => string>> = {
  viridis: interpolateViridis,
  magma: interpolateMagma,
  cividis: interpolateCividis,
  diverging: interpolatePuOr,
};

export const colorMapNames = Object.keys(maps) as readonly ColorMapName[];

/** 256 colours, sRGB bytes with alpha `[256 * 4]`, from low to high. */
export function colorTable(name: ColorMapName): Uint8Array {
  const table = new Uint8Array(256 * 4);
  for (let i = 0; i < 256; i++) table.set([...parseColor(maps[name](i / 255)), 255], i * 4);
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

/** Colours of everything in the scene that is not the surface. */
export interface ScenePalette {
  readonly background: string;
  readonly text: string;
  readonly quiet: string;
  readonly box: string;
  readonly grid: string;
  readonly path: string;
  readonly halo: string;
  readonly accent: string;
}

export const scenePalettes: Readonly<Record<Theme, ScenePalette>> = {
  light: { background: '#ffffff', text: '#14181b', quiet: '#4d5860', box: '#9aa4ac', grid: '#dde2e6', path: '#e0301e', halo: '#ffffff', accent: '#0a6b7c' },
  dark: { background: '#14181b', text: '#e8ecef', quiet: '#a5b0b8', box: '#56626b', grid: '#2a3238', path: '#ff5a45', halo: '#101315', accent: '#4fc3d1' },
};
