import sharp, { type OverlayOptions } from 'sharp';
import type { Drawing, FigureFacts } from './drawing';
import { withDensity } from './png-chunks';
import { svgElement } from './svg';

/**
 * A drawing as a PNG file, drawn without a graphics card; the recipe stands in the file's description.
 *
 * @param dotsPerInch written into the file, for programs that lay it out on paper
 */
export async function pngFile(drawing: Drawing, { program, recipe }: FigureFacts, dotsPerInch?: number): Promise<Uint8Array> {
  const { width, height, background, rasters } = drawing;
  const layers: OverlayOptions[] = rasters.flatMap(({ pixels, frame, background: below }) => {
    const size = { width: frame.width, height: frame.height, channels: 4 } as const;
    const place = { left: frame.left, top: frame.top };
    return [
      { input: { create: { ...size, background: below } }, ...place },
      { input: Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength), raw: size, ...place },
    ];
  });
  layers.push({ input: Buffer.from(svgElement(drawing)) });
  const file = await sharp({ create: { width, height, channels: 3, background } })
    .composite(layers)
    .withExif({ IFD0: { ImageDescription: recipe, Software: program } })
    .png()
    .toBuffer();
  return dotsPerInch === undefined ? file : withDensity(file, dotsPerInch);
}
