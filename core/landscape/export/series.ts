import { type Drawing, encodePng, pngChunks, pngFile, type PngChunk, uint32 } from '#core/figure';
import { UserError } from '#core/graph';
import type { Surface } from '../surface';
import { seriesHtml } from './html';
import { exportJson } from './json';
import type { PageLook } from './look';
import { drawPicture, pictureFacts, type PictureOptions } from './picture';
import { zipStored } from './zip';

export interface SeriesOptions extends Omit<PictureOptions, 'together'>, PageLook {
  /** Gives the viewer script's source; asked for by `html` only. */
  readonly viewer?: () => string | Promise<string>;
  /** Of an animation; default 4. */
  readonly framesPerSecond?: number;
}

/** html: a page with a slider; png: an animation; zip: one picture a slice; json: the numbers. */
export const seriesFormats = ['html', 'png', 'zip', 'json'] as const;
export type SeriesFormat = (typeof seriesFormats)[number];

/** @throws UserError where slices are volumes, of which there is no film */
export function checkSeriesFormat(volumes: boolean, format: SeriesFormat): void {
  if (!volumes || format === 'json') return;
  throw new UserError('landscape.series.volume', `volumes over training are not drawn as .${format}`, { hint: 'Write the numbers as .json, or use a grid of two numbers.' });
}

const uint16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
};

/** Slices over training as one file, on one scale of heights. */
export async function exportSeries(slices: readonly Surface[], format: SeriesFormat, { viewer, framesPerSecond = 4, ...options }: SeriesOptions = {}): Promise<Uint8Array> {
  if (slices.length === 0) throw new UserError('landscape.series.empty', 'no slice of this series is computed', { hint: 'Compute it first.' });
  checkSeriesFormat(slices[0]!.z !== undefined, format);
  switch (format) {
    case 'html':
      if (viewer === undefined) throw new Error('exporting a page needs the viewer script: pass `viewer`');
      return seriesHtml(slices, { ...options, viewer: await viewer() });
    case 'json':
      return new TextEncoder().encode(`{"format":"basin-series","version":1,"surfaces":[${slices.map((surface) => new TextDecoder().decode(exportJson(surface)).trim()).join(',')}]}\n`);
    case 'png':
      return animate(await frames(slices, options), framesPerSecond);
    case 'zip': {
      const pictures = await frames(slices, options);
      const digits = String(slices.length).length;
      return zipStored([
        ...pictures.map((bytes, i) => ({ name: `${String(i + 1).padStart(digits, '0')}-step-${slices[i]!.recipe.run.checkpoint ?? 'last'}.png`, bytes })),
        { name: 'recipes.json', bytes: new TextEncoder().encode(`${JSON.stringify(slices.map(({ recipe }) => recipe), null, 2)}\n`) },
      ]);
    }
  }
}

function frames(slices: readonly Surface[], options: SeriesOptions): Promise<Uint8Array[]> {
  return Promise.all(slices.map((surface) => {
    const drawing: Drawing = drawPicture(surface, { ...options, together: slices });
    return pngFile(drawing, pictureFacts(surface, options), options.dotsPerInch);
  }));
}

/**
 * Pictures of one size as an animated PNG that runs for ever (PNG specification, third edition, section 11.3.6). A reader that
 * knows no animation shows the first picture.
 */
export function animate(pictures: readonly Uint8Array[], framesPerSecond: number): Uint8Array {
  const chunks = pictures.map(pngChunks);
  const [first] = chunks;
  const header = first![0]!;
  const [width, height] = [0, 4].map((at) => Buffer.from(header.data).readUInt32BE(at)) as [number, number];
  let sequence = 0;
  const control = (): PngChunk => ({
    type: 'fcTL',
    // The whole frame, shown for 1 / framesPerSecond seconds, replaces what was there.
    data: Buffer.concat([uint32(sequence++, width, height, 0, 0), Buffer.from([0, 100]), uint16(Math.round(100 * framesPerSecond)), Buffer.from([0, 0])]),
  });
  const body = chunks.flatMap((own, frame) => {
    const image = own.filter(({ type }) => type === 'IDAT');
    return frame === 0 ? [control(), ...image] : [control(), ...image.map(({ data }): PngChunk => ({ type: 'fdAT', data: Buffer.concat([uint32(sequence++), data]) }))];
  });
  const between = first!.filter(({ type }) => !['IHDR', 'IDAT', 'IEND'].includes(type));
  return encodePng([header, { type: 'acTL', data: uint32(pictures.length, 0) }, ...between, ...body, { type: 'IEND', data: new Uint8Array() }]);
}
