import type { Drawing, FigureFacts, Paint, Rectangle, Shape } from './drawing';
import { encodeRaster } from './raster';
import { outlineText } from './text';
import { escapeXml } from './xml';

/**
 * A drawing for papers: shapes that stay sharp at any size, letters among them; only rasters are images. The recipe stands in
 * the file's metadata.
 */
export async function svgFile(drawing: Drawing, { title, recipe }: FigureFacts): Promise<Uint8Array> {
  const { width, height, background } = drawing;
  const layers = [`<title>${escapeXml(title)}</title>`, `<metadata>${escapeXml(recipe)}</metadata>`, `<rect width="${width}" height="${height}" fill="${background}"/>`];
  for (const raster of drawing.rasters) {
    const place = box(raster.frame);
    const image = await encodeRaster(raster);
    layers.push(`<rect ${place} fill="${raster.background}"/>`, `<image ${place} href="data:image/png;base64,${image.toString('base64')}"/>`);
  }
  return new TextEncoder().encode(`${svgElement(drawing, layers.join(''))}\n`);
}

/** The shapes of a drawing as an SVG element, above what `below` says. */
export function svgElement({ width, height, shapes }: Pick<Drawing, 'width' | 'height' | 'shapes'>, below = ''): string {
  const clips: string[] = [];
  const body = shapes.map((shape) => markup(shape, clips)).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${below}${clips.length > 0 ? `<defs>${clips.join('')}</defs>` : ''}${body}</svg>`;
}

const box = ({ left, top, width, height }: Rectangle): string => `x="${left}" y="${top}" width="${width}" height="${height}"`;

function paint({ fill = 'none', stroke, strokeWidth = 1, strokeOpacity = 1 }: Paint): string {
  const line = stroke === undefined ? '' : ` stroke="${stroke}" stroke-width="${round(strokeWidth)}"${strokeOpacity < 1 ? ` stroke-opacity="${strokeOpacity}"` : ''}`;
  return `fill="${fill}"${line}`;
}

function markup(shape: Shape, clips: string[]): string {
  switch (shape.kind) {
    case 'path':
      return `<path d="${shape.d}" ${paint(shape)} stroke-linejoin="round" stroke-linecap="round"/>`;
    case 'rectangle':
      return `<rect ${box(shape)} ${paint(shape)}/>`;
    case 'circle':
      return `<circle cx="${round(shape.x)}" cy="${round(shape.y)}" r="${round(shape.radius)}" ${paint(shape)}/>`;
    case 'text':
      return letters(shape);
    case 'group': {
      const { x = 0, y = 0, clip } = shape;
      const id = clip && `clip-${clips.push('')}`;
      if (clip) clips[clips.length - 1] = `<clipPath id="${id}"><rect ${box(clip)}/></clipPath>`;
      const move = x === 0 && y === 0 ? '' : ` transform="translate(${round(x)} ${round(y)})"`;
      return `<g${move}${id === undefined ? '' : ` clip-path="url(#${id})"`}>${shape.shapes.map((part) => markup(part, clips)).join('')}</g>`;
    }
  }
}

function letters(shape: Extract<Shape, { kind: 'text' }>): string {
  const { text, x, y, color, rotate = 0, halo } = shape;
  const { scale, letters: outlined } = outlineText(text, shape);
  const drawn = outlined.map(({ at, d }) => `<path transform="translate(${at.toFixed(1)} 0)" d="${d}"/>`).join('');
  const turn = rotate === 0 ? '' : ` rotate(${rotate})`;
  const below = halo ? `<g stroke="${halo.color}" stroke-width="${round((2 * halo.width) / scale)}" stroke-linejoin="round">${drawn}</g>` : '';
  return `<g fill="${color}" transform="translate(${x.toFixed(2)} ${y.toFixed(2)})${turn} scale(${scale.toFixed(6)})">${below}${drawn}</g>`;
}

const round = (value: number): number => Math.round(value * 100) / 100;
