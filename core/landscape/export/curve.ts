import { axisNames } from '../describe';
import type { Surface } from '../surface';
import { axes, captions, type Palette, type Rectangle } from './chart';
import type { Heights } from './height';
import { ends, type Picture } from './map';
import { svgText } from './text';

/** A one-dimensional surface as a curve. Holes break the line. */
export function drawCurve(surface: Surface, quantity: string, heights: Heights, palette: Palette, width: number, height: number): Picture {
  const unit = Math.min(width / 1200, height / 900);
  const frame: Rectangle = { left: 96 * unit, top: 92 * unit, width: width - 140 * unit, height: height - 172 * unit };
  const margin = (heights.high - heights.low || 1) * 0.06;
  const range = [heights.low - margin, heights.high + margin] as const;
  const [x0, x1] = ends(surface.x);
  let path = '';
  let pen = 'M';
  heights.heights.forEach((value, index) => {
    if (!Number.isFinite(value)) {
      pen = 'M';
      return;
    }
    const x = frame.left + (frame.width * (surface.x[index]! - x0)) / (x1 - x0 || 1);
    const y = frame.top + frame.height * (1 - (value - range[0]) / (range[1] - range[0]));
    path += `${pen}${x.toFixed(2)} ${y.toFixed(2)}`;
    pen = 'L';
  });
  const [title, how] = captions(surface, quantity);
  const name = heights.scale === 'log' ? `log10 ${quantity}` : quantity;
  const svg = [
    svgText(title, frame.left, 40 * unit, { size: 22 * unit, color: palette.text }),
    svgText(how, frame.left, 66 * unit, { size: 13.5 * unit, color: palette.quiet }),
    axes(frame, [x0, x1], range, [axisNames(surface)[0], name], palette, unit),
    `<path d="${path}" fill="none" stroke="#2f6fde" stroke-width="${2.6 * unit}" stroke-linejoin="round" stroke-linecap="round"/>`,
  ];
  return { svg: svg.join('') };
}
