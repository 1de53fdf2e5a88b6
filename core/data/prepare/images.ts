import { UserError } from '#core/graph';
import { profileColumn } from '../infer/profile';
import { proposeTask } from '../infer/propose';
import type { ImageSource, PictureSize } from '../source';
import type { DataSpecification } from '../specification';
import { assemble, type Prepared } from './assemble';
import type { PreparationReport } from './dataset';
import { divide } from './parts';
import { itself, readTarget, rowsWithTarget } from './target';
import type { ImageTransform } from './transform';

/** Pictures decoded at a time. */
const chunk = 512;

/**
 * Prepares pictures: brought to one size, bytes scaled to 0..1, then standardized per channel with the training part's mean
 * and deviation; laid out `[count, channels, height, width]`.
 */
export async function prepareImages(source: ImageSource, specification: DataSpecification, signal?: AbortSignal): Promise<Prepared> {
  const column = source.target;
  if (column === undefined && specification.task !== 'reconstruction') {
    throw new UserError('data.no-target', `${source.name}: the pictures have no classes`, { hint: 'Put them into one folder a class, or set data.task to "reconstruction".' });
  }
  if (specification.target !== undefined && column !== undefined && specification.target !== column.name) {
    throw new UserError('data.unknown-column', `${source.name}: data.target names "${specification.target}"; pictures have "${column.name}"`);
  }
  const target = column === undefined || specification.task === 'reconstruction'
    ? itself(source.count)
    : readTarget(source.name, column, specification.task ?? proposeTask(profileColumn(column)).task);
  const report: PreparationReport = { dropped: [], imputed: [], keptOut: [], warnings: [] };
  const rows = rowsWithTarget(target);
  const unlabelled = source.count - rows.length;
  if (unlabelled > 0) report.dropped.push({ what: 'pictures', count: unlabelled, reason: 'without a class' });
  const split = divide(source.name, rows, specification, target, source.parts);

  const { image } = specification;
  const size: PictureSize = {
    width: image.width ?? source.size.width, height: image.height ?? source.size.height, channels: image.channels ?? source.size.channels,
  };
  const parts = new Map<Int32Array, Float32Array>();
  let divisor = 1;
  for (const part of Object.values(split) as Int32Array[]) {
    const decoded = await decode(source, part, size, signal);
    parts.set(part, decoded.x);
    divisor = decoded.divisor;
  }
  const { mean, scale } = specification.standardize
    ? channelStatistics(parts.get(split.train)!, size)
    : { mean: new Array<number>(size.channels).fill(0), scale: new Array<number>(size.channels).fill(1) };
  for (const x of parts.values()) standardizeChannels(x, size, mean, scale);

  const transform: Omit<ImageTransform, 'target'> = { input: 'image', ...size, divisor, mean, scale };
  return assemble({
    input: 'image', exampleShape: [size.channels, size.height, size.width], inputNames: [],
    features: [{ name: 'pixels', type: 'image', width: size.channels * size.height * size.width, treatment: treatment(source, size, specification.standardize) }],
    target, split, standardize: specification.standardize, encode: (part) => parts.get(part)!,
    transformOf: (fitted) => ({ ...transform, target: fitted }), report,
  });
}

/** Pixels of `rows` as the network's layout, bytes scaled to 0..1: `[count, channels, height, width]`. */
async function decode(source: ImageSource, rows: Int32Array, size: PictureSize, signal?: AbortSignal): Promise<{ x: Float32Array; divisor: number }> {
  const { width, height, channels } = size;
  const plane = width * height;
  const x = new Float32Array(rows.length * plane * channels);
  let divisor = 1;
  for (let start = 0; start < rows.length; start += chunk) {
    signal?.throwIfAborted();
    const part = rows.subarray(start, start + chunk);
    const pixels = await source.pixels(part, size, signal);
    divisor = pixels instanceof Uint8Array ? 255 : 1;
    for (let i = 0; i < part.length; i++) {
      const from = i * plane * channels;
      const to = (start + i) * plane * channels;
      for (let p = 0; p < plane; p++) {
        for (let c = 0; c < channels; c++) x[to + c * plane + p] = pixels[from + p * channels + c]! / divisor;
      }
    }
  }
  return { x, divisor };
}

function channelStatistics(x: Float32Array, { width, height, channels }: PictureSize): { mean: number[]; scale: number[] } {
  const plane = width * height;
  const total = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let at = 0; at < x.length; at += plane) {
    const c = (at / plane) % channels;
    for (let p = at; p < at + plane; p++) {
      total[c]! += x[p]!;
      squares[c]! += x[p]! * x[p]!;
    }
  }
  const n = x.length / channels;
  const mean = Array.from(total, (sum) => sum / n);
  const scale = Array.from(squares, (sum, c) => Math.sqrt(Math.max(0, sum / n - mean[c]! ** 2)) || 1);
  return { mean, scale };
}

function standardizeChannels(x: Float32Array, { width, height, channels }: PictureSize, mean: readonly number[], scale: readonly number[]): void {
  const plane = width * height;
  for (let at = 0; at < x.length; at += plane) {
    const c = (at / plane) % channels;
    for (let p = at; p < at + plane; p++) x[p] = (x[p]! - mean[c]!) / scale[c]!;
  }
}

/** Pictures of new data as a fitted transform wants them. */
export async function applyImageTransform(transform: ImageTransform, source: ImageSource, rows: Int32Array, signal?: AbortSignal): Promise<Float32Array> {
  const { x, divisor } = await decode(source, rows, transform, signal);
  if (divisor !== transform.divisor) {
    const kind = (d: number): string => (d === 255 ? 'bytes (0 to 255)' : 'floating-point numbers');
    throw new UserError('data.pixel-kind', `${source.name}: pixels are ${kind(divisor)}, the model was trained on ${kind(transform.divisor)}`);
  }
  standardizeChannels(x, transform, transform.mean, transform.scale);
  return x;
}

function treatment(source: ImageSource, { width, height, channels }: PictureSize, standardize: boolean): string {
  const resized = source.sameSize && source.size.width === width && source.size.height === height ? '' : 'resized, ';
  return `${resized}${width} x ${height} x ${channels}, ${standardize ? 'standardized per channel' : 'as it is'}`;
}
