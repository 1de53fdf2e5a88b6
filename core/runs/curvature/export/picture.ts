import { type Drawing, enlarged, fitText, label, type Shape } from '#core/figure';
import { formatNumber, palettes } from '#core/landscape';
import type { CurvatureReport } from '../report';
import { curvatureCaptions, estimatesOf } from './caption';
import { heatMapPanels } from './heat-map';
import { densityPanels, eigenvaluePanels, ink } from './panels';

/** Width for which letters and lines are meant; a picture of another shape is drawn wider or narrower, then enlarged to its size. */
const WIDTH = 1200;
const [NARROWEST, WIDEST] = [760, 3600];
const [LEFT, RIGHT] = [150, 170];
/** Room between two plots: the lower axis of one, the title of the next. */
const BETWEEN = 108;

/** How a figure is to look; what is left out: light, 1200 pixels wide, as high as the panels need. */
export interface FigureLook {
  readonly theme?: 'light' | 'dark';
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
}

/** All figures of a report below each other: eigenvalues, density, and layers by checkpoints. */
export function drawCurvature(report: CurvatureReport, { theme = 'light', width, height }: FigureLook = {}): Drawing {
  const drawn = layOut(report, theme, WIDTH);
  if (width === undefined && height === undefined) return drawn;
  const size = { width: width ?? Math.round((height! * drawn.width) / drawn.height), height: height ?? Math.round((width! * drawn.height) / drawn.width) };
  // The panels' heights are what their rows need: the shape of the paper decides how wide they are.
  const fitting = Math.min(Math.max((drawn.height * size.width) / size.height, NARROWEST), WIDEST);
  return enlarged(layOut(report, theme, fitting), size);
}

function layOut(report: CurvatureReport, theme: 'light' | 'dark', width: number): Drawing {
  const palette = palettes[theme];
  const [title, how] = curvatureCaptions(report);
  const estimates = estimatesOf(report).map(({ name, value, interval }) => `${name} ${formatNumber(value)}${interval ? ` (${formatNumber(interval[0])} to ${formatNumber(interval[1])})` : ''}`);
  const line = (text: string, y: number, size: number, color: string): Shape => label(fitText(text, size, width - 80), 40, y, { size, color });
  const shapes = [line(title, 44, 22, palette.text), line(how, 70, 13.5, palette.quiet), ...(estimates.length === 0 ? [] : [line(estimates.join(' · '), 92, 13.5, palette.text)])];
  let top = 150;
  for (const panel of [...eigenvaluePanels(report, ink[theme]), ...densityPanels(report, ink[theme]), ...heatMapPanels(report)]) {
    shapes.push(label(panel.title, LEFT, top - 20, { size: 15, color: palette.text }));
    shapes.push(...panel.draw({ left: LEFT, top, width: width - LEFT - RIGHT, height: panel.height }, palette));
    top += panel.height + BETWEEN;
  }
  return { width, height: Math.ceil(top - 30), background: palette.background, rasters: [], shapes };
}
