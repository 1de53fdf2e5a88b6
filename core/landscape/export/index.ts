import { UserError } from '#core/graph';
import type { Surface } from '../surface';
import { exportCsv } from './csv';
import { exportGltf } from './gltf';
import type { HeightScale } from './height';
import { exportHtml } from './html';
import { exportJson } from './json';
import type { PageLook } from './look';
import { exportNpy } from './npy';
import { exportPdf, exportPng, exportSvg } from './picture';
import { exportStl } from './stl';
import { exportVti } from './vti';
import { exportVtp } from './vtp';

export interface ExportOptions extends PageLook {
  /** Which quantity is drawn or meshed; tables hold all. Default: the recipe's first. */
  readonly quantity?: string;
  readonly scale?: HeightScale;
  readonly theme?: 'light' | 'dark';
  /** Size of a picture in pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Said in a PNG. */
  readonly dotsPerInch?: number;
  /** Values at which iso-surfaces of a volume lie; absent: `defaultLevels`. */
  readonly levels?: readonly number[];
  /** Gives the viewer script's source; asked for by `html` only. */
  readonly viewer?: () => string | Promise<string>;
}

const exporters = {
  json: exportJson,
  csv: exportCsv,
  npy: exportNpy,
  png: exportPng,
  svg: exportSvg,
  pdf: exportPdf,
  vtp: exportVtp,
  vti: exportVti,
  gltf: exportGltf,
  stl: exportStl,
  html: async (surface: Surface, { viewer, ...options }: ExportOptions): Promise<Uint8Array> => {
    if (viewer === undefined) throw new Error('exporting a page needs the viewer script: pass `viewer`');
    return exportHtml(surface, { ...options, viewer: await viewer() });
  },
} satisfies Record<string, (surface: Surface, options: ExportOptions) => Uint8Array | Promise<Uint8Array>>;

export type SurfaceFormat = keyof typeof exporters;
export const surfaceFormats = Object.keys(exporters) as readonly SurfaceFormat[];

/** The format a file's name asks for by its ending. Throws a `UserError` that lists the formats. */
export function surfaceFormatOf(path: string): SurfaceFormat {
  const ending = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase();
  const format = surfaceFormats.find((candidate) => candidate === ending);
  if (format === undefined) {
    throw new UserError('landscape.export.format', `${path}: ${ending === undefined ? 'no file ending' : `".${ending}" is not a surface format`}`, {
      hint: `Use one of ${surfaceFormats.map((candidate) => `.${candidate}`).join(' ')}.`,
    });
  }
  return format;
}

/** The surface as a file of the given format. */
export async function exportSurface(surface: Surface, format: SurfaceFormat, options: ExportOptions = {}): Promise<Uint8Array> {
  if (options.levels !== undefined && surface.z === undefined) {
    throw new UserError('landscape.levels.plane', 'only a volume has iso-surfaces, this surface is a plane or a line', { hint: 'Leave --levels out, or compute a volume: --grid 21x21x21.' });
  }
  return exporters[format](surface, options);
}
