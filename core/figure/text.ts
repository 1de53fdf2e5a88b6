import outlines from '../../assets/fonts/inter-outlines.json';

const glyphs = outlines.glyphs as unknown as Readonly<Record<string, readonly [advance: number, path: string]>>;
const missing = glyphs['·']!;

export interface TextStyle {
  /** Pixels per em. */
  readonly size: number;
  readonly color: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Degrees, clockwise, around the anchor point. */
  readonly rotate?: number;
  /** An outline below the letters keeps them legible on any colour. */
  readonly halo?: { readonly color: string; readonly width: number };
}

/** Width of a text in pixels. Figures are tabular: every digit is equally wide. */
export const textWidth = (text: string, size: number): number =>
  ([...text].reduce((sum, character) => sum + (glyphs[character] ?? missing)[0], 0) * size) / outlines.unitsPerEm;

/** The longest beginning of a text that is at most `width` pixels wide, with an ellipsis where something is left out. */
export function fitText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const characters = [...text];
  while (characters.length > 0 && textWidth(`${characters.join('')}…`, size) > width) characters.pop();
  return `${characters.join('').trimEnd()}…`;
}

/** Letters as shapes, in the font's units: y points down, the baseline is 0. */
export interface OutlinedText {
  /** Pixels per font unit. */
  readonly scale: number;
  /** `d` of each letter that is not blank, and where it stands on the baseline. */
  readonly letters: readonly { readonly at: number; readonly d: string }[];
}

/** A text as the bundled font's shapes, so that a picture has the same letters on a machine without fonts. */
export function outlineText(text: string, { size, anchor = 'start' }: TextStyle): OutlinedText {
  const scale = size / outlines.unitsPerEm;
  let pen = anchor === 'start' ? 0 : -textWidth(text, size) / (anchor === 'middle' ? 2 : 1) / scale;
  const letters = [...text].flatMap((character) => {
    const [advance, d] = glyphs[character] ?? missing;
    const at = pen;
    pen += advance;
    return d === '' ? [] : [{ at, d }];
  });
  return { scale, letters };
}
