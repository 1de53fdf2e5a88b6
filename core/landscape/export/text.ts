import outlines from '../../../assets/fonts/inter-outlines.json';

const glyphs = outlines.glyphs as unknown as Readonly<Record<string, readonly [advance: number, path: string]>>;
const missing = glyphs['·']!;

export interface TextStyle {
  /** Pixels per em. */
  readonly size: number;
  readonly color: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Degrees, clockwise, around the anchor point. */
  readonly rotate?: number;
}

/** Width of a text in pixels. Figures are tabular: every digit is equally wide. */
export const textWidth = (text: string, size: number): number =>
  ([...text].reduce((sum, character) => sum + (glyphs[character] ?? missing)[0], 0) * size) / outlines.unitsPerEm;

/**
 * A text as SVG outlines, baseline at (x, y). Drawn from the bundled font's shapes instead of `<text>`, so that a picture
 * has the same letters on a machine without fonts.
 */
export function svgText(text: string, x: number, y: number, { size, color, anchor = 'start', rotate = 0 }: TextStyle): string {
  const scale = size / outlines.unitsPerEm;
  let pen = anchor === 'start' ? 0 : -textWidth(text, size) / (anchor === 'middle' ? 2 : 1) / scale;
  const shapes = [...text].map((character) => {
    const [advance, path] = glyphs[character] ?? missing;
    const shape = path === '' ? '' : `<path transform="translate(${pen.toFixed(1)} 0)" d="${path}"/>`;
    pen += advance;
    return shape;
  });
  const turn = rotate === 0 ? '' : ` rotate(${rotate})`;
  return `<g fill="${color}" transform="translate(${x.toFixed(2)} ${y.toFixed(2)})${turn} scale(${scale.toFixed(6)})">${shapes.join('')}</g>`;
}

/** A text as it stands between tags or in a quoted attribute of XML and HTML. */
export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
