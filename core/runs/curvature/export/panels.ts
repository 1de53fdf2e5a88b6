import { label, polyline, type Rectangle, segment, type Shape } from '#core/figure';
import { axes, axisBelow, formatNumber, type Palette } from '#core/landscape';
import type { CurvatureFigures } from '../report';
import { namedEigenvalues } from './caption';

/** A part of the figure, as wide as all of it. */
export interface Panel {
  readonly title: string;
  /** Pixels of the plot itself. */
  readonly height: number;
  draw(frame: Rectangle, palette: Palette): Shape[];
}

export const ink = { light: '#2f6fde', dark: '#6ea0ff' } as const;

/** Below this share of its peak the density is the tail of the smoothing alone. */
const DEPTH = 1e-7;

const margin = (low: number, high: number): readonly [number, number] => {
  const more = (high - low || Math.abs(high) || 1) * 0.05;
  return [low - more, high + more];
};

/** One row an eigenvalue: a dot at its value (hollow: not converged), a bar over the residual to both sides. */
export function eigenvaluePanels(figures: CurvatureFigures, color: string): Panel[] {
  const rows = namedEigenvalues(figures);
  if (rows.length === 0) return [];
  const rowHeight = Math.max(8, Math.min(30, 720 / rows.length));
  const range = margin(Math.min(0, ...rows.map(({ interval }) => interval[0])), Math.max(0, ...rows.map(({ interval }) => interval[1])));
  const stride = Math.ceil(16 / rowHeight);
  return [{
    title: `Eigenvalues with their residuals${rows.some(({ converged }) => !converged) ? '; hollow: not converged' : ''}`,
    height: rowHeight * rows.length + 16,
    draw: (frame, palette) => {
      const place = (value: number): number => frame.left + (frame.width * (value - range[0])) / (range[1] - range[0]);
      return [
        { kind: 'rectangle', ...frame, stroke: palette.line },
        ...axisBelow(frame, range, 'eigenvalue', palette, 1),
        segment(place(0), frame.top, place(0), frame.top + frame.height, palette.line, 1),
        ...rows.flatMap(({ name, value, residual, interval, converged }, i): Shape[] => {
          const y = frame.top + 8 + (i + 0.5) * rowHeight;
          const says = i % stride === 0;
          return [
            segment(place(interval[0]), y, place(interval[1]), y, color, 3),
            { kind: 'circle', x: place(value), y, radius: Math.min(5, rowHeight / 2.4), fill: converged ? color : palette.background, stroke: color, strokeWidth: 1.6 },
            ...(says ? [label(name, frame.left - 10, y + 4.5, { size: 13, color: palette.text, anchor: 'end' }), label(`${formatNumber(value)} ± ${formatNumber(residual, 2)}`, frame.left + frame.width + 10, y + 4.5, { size: 13, color: palette.quiet })] : []),
          ];
        }),
      ];
    },
  }];
}

/** The density on a logarithmic axis with the band that covers about 95 % of the places. */
export function densityPanels({ density }: CurvatureFigures, color: string): Panel[] {
  if (!density) return [];
  const peak = Math.max(...density.density);
  const floor = DEPTH * peak;
  const log = (value: number): number => Math.log10(Math.max(value, floor));
  const y = [Math.log10(floor), log(2 * Math.max(peak, ...density.upper))] as const;
  const x = [density.grid[0]!, density.grid.at(-1)!] as const;
  return [{
    title: `Spectral density${density.algorithm === 'whole matrix' ? ' of all eigenvalues' : ''}, smoothed over ${formatNumber(density.sigma, 2)}${density.algorithm === 'whole matrix' ? '' : '; the band covers about 95 % of the places'}`,
    height: 320,
    draw: (frame, palette) => {
      const places = (values: ArrayLike<number>): number[] =>
        Array.from(density.grid).flatMap((at, i) => [frame.left + (frame.width * (at - x[0])) / (x[1] - x[0]), frame.top + (frame.height * (y[1] - log(values[i]!))) / (y[1] - y[0])]);
      const lower = places(density.lower);
      const back = Array.from({ length: lower.length / 2 }, (_, i) => [lower[lower.length - 2 * i - 2]!, lower[lower.length - 2 * i - 1]!]).flat();
      return [
        { kind: 'path', d: `${polyline([...places(density.upper), ...back])}Z`, fill: palette.hole },
        ...above(places(density.density), frame.top + frame.height).map((part): Shape => ({ kind: 'path', d: polyline(part), stroke: color, strokeWidth: 2 })),
        ...axes(frame, x, y, ['eigenvalue', 'log10 of the density'], palette, 1),
      ];
    },
  }];
}

/** The pieces of a line `[x, y, ...]` that lie above `bottom`: on a logarithmic axis it ends where the density does. */
function above(points: readonly number[], bottom: number): number[][] {
  const parts: number[][] = [[]];
  for (let i = 0; i < points.length; i += 2) {
    if (points[i + 1]! < bottom - 1e-6) parts.at(-1)!.push(points[i]!, points[i + 1]!);
    else if (parts.at(-1)!.length > 0) parts.push([]);
  }
  return parts.filter((part) => part.length >= 4);
}
