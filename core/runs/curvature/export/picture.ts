import { type Drawing, fitText, label, type Shape } from '#core/figure';
import { formatNumber, palettes } from '#core/landscape';
import type { CurvatureReport } from '../report';
import { curvatureCaptions, estimatesOf } from './caption';
import { heatMapPanels } from './heat-map';
import { densityPanels, eigenvaluePanels, ink } from './panels';

const WIDTH = 1200;
const [LEFT, RIGHT] = [150, 170];
/** Room between two plots: the lower axis of one, the title of the next. */
const BETWEEN = 108;

/** All figures of a report below each other: eigenvalues, density, and layers by checkpoints. */
export function drawCurvature(report: CurvatureReport, theme: 'light' | 'dark' = 'light'): Drawing {
  const palette = palettes[theme];
  const [title, how] = curvatureCaptions(report);
  const estimates = estimatesOf(report).map(({ name, value, interval }) => `${name} ${formatNumber(value)}${interval ? ` (${formatNumber(interval[0])} to ${formatNumber(interval[1])})` : ''}`);
  const line = (text: string, y: number, size: number, color: string): Shape => label(fitText(text, size, WIDTH - 80), 40, y, { size, color });
  const shapes = [line(title, 44, 22, palette.text), line(how, 70, 13.5, palette.quiet), ...(estimates.length === 0 ? [] : [line(estimates.join(' · '), 92, 13.5, palette.text)])];
  let top = 150;
  for (const panel of [...eigenvaluePanels(report, ink[theme]), ...densityPanels(report, ink[theme]), ...heatMapPanels(report)]) {
    shapes.push(label(panel.title, LEFT, top - 20, { size: 15, color: palette.text }));
    shapes.push(...panel.draw({ left: LEFT, top, width: WIDTH - LEFT - RIGHT, height: panel.height }, palette));
    top += panel.height + BETWEEN;
  }
  return { width: WIDTH, height: Math.ceil(top - 30), background: palette.background, rasters: [], shapes };
}
