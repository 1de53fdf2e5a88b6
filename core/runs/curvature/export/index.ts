import { type FigureFacts, pdfFile, pngFile, svgFile } from '#core/figure';
import { UserError } from '#core/graph';
import { programName } from '../../versions';
import { curvatureCsv } from '../csv';
import type { CurvatureReport } from '../report';
import { curvatureCaptions } from './caption';
import { curvatureHtml } from './html';
import { drawCurvature, type FigureLook } from './picture';

/** What makes the figures again: the request, and whose weights and how many examples they are of. */
const recipeOf = ({ run, request, operator, examples, device }: CurvatureReport): Record<string, unknown> => ({ program: programName, run, operator, examples, device, request });

const factsOf = (report: CurvatureReport): FigureFacts => ({ title: curvatureCaptions(report)[0], program: programName, recipe: JSON.stringify(recipeOf(report)) });

const json = (report: CurvatureReport): string => JSON.stringify(report, (_, value: unknown) => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value));
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** How a figure is to look, and what a PNG says of its resolution. */
export interface CurvatureLook extends FigureLook {
  readonly dotsPerInch?: number;
}

const exporters = {
  json: (report) => encode(`${json(report)}\n`),
  csv: (report) => encode(curvatureCsv(report)),
  html: (report) => encode(curvatureHtml(report, recipeOf(report), json(report))),
  svg: (report, look) => svgFile(drawCurvature(report, look), factsOf(report)),
  png: (report, look) => pngFile(drawCurvature(report, look), factsOf(report), look.dotsPerInch),
  pdf: (report, look) => pdfFile(drawCurvature(report, look), factsOf(report)),
} satisfies Record<string, (report: CurvatureReport, look: CurvatureLook) => Uint8Array | Promise<Uint8Array>>;

export type CurvatureFormat = keyof typeof exporters;
export const curvatureFormats = Object.keys(exporters) as readonly CurvatureFormat[];

/** The report as a file of the given format; request, run and the weights' fingerprint are in each but the table. */
export const exportCurvature = async (report: CurvatureReport, format: CurvatureFormat, look: CurvatureLook = {}): Promise<Uint8Array> => exporters[format](report, look);

/** The format a file's name asks for by its ending. @throws UserError that lists the formats */
export function curvatureFormatOf(path: string): CurvatureFormat {
  const ending = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase();
  const format = curvatureFormats.find((candidate) => candidate === ending);
  if (format !== undefined) return format;
  throw new UserError('curvature.format', `${path}: ${ending === undefined ? 'no file ending' : `".${ending}" is not a format for curvature`}`, { hint: `Use one of ${curvatureFormats.map((candidate) => `.${candidate}`).join(' ')}.` });
}
