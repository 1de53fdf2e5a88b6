import { fitText, label, type Shape, textWidth } from '#core/figure';
import { colorTable, drawColorBar, formatNumber, type Palette, sampleColor } from '#core/landscape';
import type { CurvatureFigures, CurvatureReport } from '../report';
import type { Panel } from './panels';

/** A figure of one matrix; an estimate by random vectors has no question of convergence. */
interface Followed {
  readonly value: number;
  readonly converged?: boolean;
}

/** Figures that are followed over checkpoints, one heat map each. */
const followed: Readonly<Record<string, (figures: CurvatureFigures) => Followed | undefined>> = {
  'largest eigenvalue': ({ eigenvalues }) => eigenvalues?.largest[0],
  'smallest eigenvalue': ({ eigenvalues }) => eigenvalues?.smallest[0],
  trace: ({ trace }) => trace,
  'Frobenius norm': ({ frobeniusNorm }) => frobeniusNorm,
};

const WHOLE = 'whole';
const ROW = 34;

/** Layers (the whole first) by checkpoints, one panel a figure that was followed; colours are logarithms of sizes, cells say the number where it fits. */
export function heatMapPanels({ points = [] }: CurvatureReport): Panel[] {
  const rows = [WHOLE, ...new Set(points.flatMap(({ layers }) => Object.keys(layers)))];
  return Object.entries(followed).flatMap(([name, of]): Panel[] => {
    const values = rows.map((row) => points.map(({ figures, layers }) => {
      const at = row === WHOLE ? figures : layers[row];
      return at ? of(at) : undefined;
    }));
    if (!values.flat().some((value) => value !== undefined)) return [];
    const steps = points.map(({ step }) => step);
    return [{
      title: `${name} over training${values.flat().some((found) => found?.converged === false) ? '; *: not converged' : ''}`,
      height: Math.max(ROW * rows.length, 150),
      draw: (frame, palette) => drawCells(frame, palette, rows, steps, values),
    }];
  });
}

function drawCells(frame: Parameters<Panel['draw']>[0], palette: Palette, rows: readonly string[], steps: readonly number[], values: readonly (readonly (Followed | undefined)[])[]): Shape[] {
  const sizes = values.flat().flatMap((found) => (found && found.value !== 0 && Number.isFinite(found.value) ? [Math.log10(Math.abs(found.value))] : []));
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  const table = colorTable('viridis');
  const [width, height] = [frame.width / steps.length, frame.height / rows.length];
  const cells = values.flatMap((row, y) => row.flatMap((found, x): Shape[] => {
    const [left, top] = [frame.left + x * width, frame.top + y * height];
    const cell = { kind: 'rectangle', left: Number(left.toFixed(2)), top: Number(top.toFixed(2)), width: Number(width.toFixed(2)), height: Number(height.toFixed(2)), stroke: palette.background } as const;
    if (found === undefined) return [{ ...cell, fill: palette.hole }];
    const { value, converged } = found;
    const share = value === 0 || !Number.isFinite(value) ? undefined : high > low ? (Math.log10(Math.abs(value)) - low) / (high - low) : 1;
    const fill = share === undefined ? palette.hole : `#${Buffer.from(sampleColor(table, share)).toString('hex')}`;
    const mark = converged === false ? '*' : '';
    const full = `${formatNumber(value, 3)}${mark}`;
    const text = textWidth(full, 12) < width - 6 ? full : mark;
    const color = share === undefined ? palette.text : share > 0.6 ? '#111111' : '#ffffff';
    return [{ ...cell, fill }, ...(text !== '' ? [label(text, left + width / 2, top + height / 2 + 4.5, { size: 12, color, anchor: 'middle' })] : [])];
  }));
  const names = rows.map((row, y) => label(fitText(row, 13, frame.left - 20), frame.left - 10, frame.top + (y + 0.5) * height + 4.5, { size: 13, color: palette.text, anchor: 'end' }));
  const stride = Math.ceil(steps.length / Math.max(1, Math.floor(frame.width / 64)));
  const under = steps.flatMap((step, x) => (x % stride === 0 ? [label(String(step), frame.left + (x + 0.5) * width, frame.top + frame.height + 20, { size: 13, color: palette.quiet, anchor: 'middle' })] : []));
  const bar = { left: frame.left + frame.width + 24, top: frame.top + 4, width: 14, height: frame.height - 4 };
  return [
    ...cells,
    ...names,
    ...under,
    label('step', frame.left + frame.width / 2, frame.top + frame.height + 46, { size: 14, color: palette.text, anchor: 'middle' }),
    ...(sizes.length === 0 ? [] : drawColorBar(bar, { scale: 'log', low, high }, 'size', 'viridis', palette, 1)),
  ];
}
