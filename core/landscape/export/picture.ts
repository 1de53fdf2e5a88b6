import { type Drawing, type FigureFacts, pdfFile, pngFile, svgFile } from '#core/figure';
import { UserError } from '#core/graph';
import type { Surface } from '../surface';
import { captions } from './chart';
import { drawCurve } from './curve';
import { type DrawnLook, styleOf } from './look';
import { drawMap } from './map';
import { type MeshOptions, quantityValues, surfaceHeights } from './mesh';

export interface PictureOptions extends MeshOptions, DrawnLook {
  readonly theme?: 'light' | 'dark';
  /** Pixels; default 1600 x 1200. */
  readonly width?: number;
  readonly height?: number;
  /** Said in a PNG, for programs that lay it out on paper. */
  readonly dotsPerInch?: number;
}

/** The surface from above, or the curve of a line, ready for any file of pictures. */
export function drawPicture(surface: Surface, options: PictureOptions): Drawing {
  if (surface.z !== undefined) {
    throw new UserError('landscape.export.volume', 'a volume has no picture from above', {
      hint: 'Save its iso-surfaces as .gltf, .stl or .vtp, all of it as .vti, .npy or .csv; or compute a plane, with two numbers of points.',
    });
  }
  const { width = 1600, height = 1200 } = options;
  const { quantity, heights } = surfaceHeights(surface, options);
  const style = styleOf(options);
  const picture =
    surface.y.length === 1
      ? drawCurve(surface, quantity, heights, style, width, height)
      : drawMap(surface, quantity, heights, style, width, height);
  return { ...picture, width, height, background: style.palette.background };
}

/** What every file of a picture says of it. */
export function pictureFacts(surface: Surface, { quantity }: MeshOptions): FigureFacts {
  return { title: captions(surface, quantityValues(surface, quantity).quantity)[0], program: surface.recipe.program, recipe: JSON.stringify(surface.recipe) };
}

/** A shaded map with contours and the training path, or a curve for a line; the recipe stands in the file's description. */
export const exportPng = (surface: Surface, options: PictureOptions = {}): Promise<Uint8Array> =>
  pngFile(drawPicture(surface, options), pictureFacts(surface, options), options.dotsPerInch);

/** The same picture for papers, with shapes that stay sharp at any size; the recipe stands in the metadata. */
export const exportSvg = (surface: Surface, options: PictureOptions = {}): Promise<Uint8Array> =>
  svgFile(drawPicture(surface, options), pictureFacts(surface, options));

/** The same picture as a page; the recipe is an attached file. */
export const exportPdf = (surface: Surface, options: PictureOptions = {}): Uint8Array =>
  pdfFile(drawPicture(surface, options), pictureFacts(surface, options));
