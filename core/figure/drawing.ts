import type { TextStyle } from './text';

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** How a shape is filled and outlined. Colours are `#rgb` or `#rrggbb`; what has none is not painted. */
export interface Paint {
  readonly fill?: string;
  readonly stroke?: string;
  /** Pixels. */
  readonly strokeWidth?: number;
  /** 0 to 1; default 1. */
  readonly strokeOpacity?: number;
}

/** What a drawing is made of, in pixels from the upper left corner. Later shapes lie above earlier ones. */
export type Shape =
  /** `d` as in SVG, absolute commands M L H V Q C Z; joins and ends are round. */
  | ({ readonly kind: 'path'; readonly d: string } & Paint)
  | ({ readonly kind: 'rectangle' } & Rectangle & Paint)
  | ({ readonly kind: 'circle'; readonly x: number; readonly y: number; readonly radius: number } & Paint)
  /** The baseline starts (or is centred, or ends) at `x`, `y`. */
  | ({ readonly kind: 'text'; readonly text: string; readonly x: number; readonly y: number } & TextStyle)
  /** Shapes moved by `x`, `y` and cut off outside of `clip`, which moves with them. */
  | { readonly kind: 'group'; readonly x?: number; readonly y?: number; readonly clip?: Rectangle; readonly shapes: readonly Shape[] };

/** Colours below the shapes: RGBA bytes `[height, width, 4]`, one a pixel of its frame, on `background` where they are transparent. */
export interface Raster {
  readonly pixels: Uint8Array;
  readonly frame: Rectangle;
  readonly background: string;
}

/** A picture as data: any of the writers makes a file of it. */
export interface Drawing {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly background: string;
  /** All lie below the shapes; whole pixels. */
  readonly rasters: readonly Raster[];
  readonly shapes: readonly Shape[];
}

/** What a file says of the drawing in it. */
export interface FigureFacts {
  readonly title: string;
  /** Name and version of the program that made it. */
  readonly program: string;
  /** What makes the picture again, as JSON; every format carries it. */
  readonly recipe: string;
}

/** A straight line with flat ends. */
export const segment = (x0: number, y0: number, x1: number, y1: number, stroke: string, strokeWidth: number): Shape =>
  ({ kind: 'path', d: `M${x0.toFixed(2)} ${y0.toFixed(2)}L${x1.toFixed(2)} ${y1.toFixed(2)}`, stroke, strokeWidth });

/** A text with its baseline at (x, y). */
export const label = (text: string, x: number, y: number, style: TextStyle): Shape => ({ kind: 'text', text, x, y, ...style });

/** A line through points `[x, y, x, y, ...]`. */
export function polyline(points: ArrayLike<number>): string {
  let d = '';
  for (let i = 0; i + 1 < points.length; i += 2) d += `${i === 0 ? 'M' : 'L'}${points[i]!.toFixed(1)} ${points[i + 1]!.toFixed(1)}`;
  return d;
}

/** Several drawings as one: each moved to its place. The whole has the given size and background. */
export function assemble(size: Pick<Drawing, 'width' | 'height' | 'background'>, parts: readonly { readonly drawing: Pick<Drawing, 'rasters' | 'shapes'>; readonly x: number; readonly y: number }[]): Drawing {
  return {
    ...size,
    rasters: parts.flatMap(({ drawing, x, y }) => drawing.rasters.map((raster) => ({ ...raster, frame: { ...raster.frame, left: raster.frame.left + x, top: raster.frame.top + y } }))),
    shapes: parts.map(({ drawing, x, y }) => ({ kind: 'group', x, y, shapes: drawing.shapes })),
  };
}

/** A colour's three bytes. */
export function colorBytes(color: string): readonly [number, number, number] {
  const digits = color.length === 4 ? [...color.slice(1)].map((digit) => digit + digit).join('') : color.slice(1);
  const bits = Number.parseInt(digits, 16);
  return [bits >> 16, (bits >> 8) & 255, bits & 255];
}
