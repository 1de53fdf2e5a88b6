/** Weights with which one axis of a picture is brought to another length: for each new pixel its first source and weights. */
interface Axis {
  first: Int32Array;
  weights: Float64Array[];
}

/**
 * The triangle filter, widened by the scale where pixels become fewer, so that each source pixel counts (bilinear
 * interpolation with antialiasing, as Pillow's `BILINEAR`). Pixel i covers [i, i + 1]; weights at the border are
 * normalised.
 */
function axis(from: number, to: number): Axis {
  const scale = from / to;
  const support = Math.max(scale, 1);
  const first = new Int32Array(to);
  const weights: Float64Array[] = [];
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const low = Math.max(0, Math.floor(centre - support + 0.5));
    const high = Math.min(from, Math.floor(centre + support + 0.5));
    const row = new Float64Array(Math.max(1, high - low));
    let sum = 0;
    for (let j = 0; j < row.length; j++) {
      const weight = Math.max(0, 1 - Math.abs((low + j + 0.5 - centre) / support));
      row[j] = weight;
      sum += weight;
    }
    if (sum > 0) for (let j = 0; j < row.length; j++) row[j]! /= sum;
    else row[0] = 1;
    first[i] = low;
    weights.push(row);
  }
  return { first, weights };
}

type Pixels = Uint8Array | Float32Array;

/** Resizes one picture `[height, width, channels]` into `output` at `offset`; bytes are rounded to the nearest. */
export function resizeInto(
  input: Pixels,
  from: { width: number; height: number },
  channels: number,
  output: Pixels,
  offset: number,
  to: { width: number; height: number },
): void {
  const across = axis(from.width, to.width);
  const down = axis(from.height, to.height);
  const between = new Float64Array(from.height * to.width * channels);
  for (let y = 0; y < from.height; y++) {
    for (let x = 0; x < to.width; x++) {
      const weights = across.weights[x]!;
      const source = (y * from.width + across.first[x]!) * channels;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let j = 0; j < weights.length; j++) sum += weights[j]! * input[source + j * channels + c]!;
        between[(y * to.width + x) * channels + c] = sum;
      }
    }
  }
  const round = output instanceof Uint8Array;
  const line = to.width * channels;
  for (let y = 0; y < to.height; y++) {
    const weights = down.weights[y]!;
    const source = down.first[y]! * line;
    for (let k = 0; k < line; k++) {
      let sum = 0;
      for (let j = 0; j < weights.length; j++) sum += weights[j]! * between[source + j * line + k]!;
      output[offset + y * line + k] = round ? Math.min(255, Math.max(0, Math.round(sum))) : sum;
    }
  }
}

/** One picture with `from` channels as one with `to`: grey by luma (ITU-R BT.601), colour by repeating grey. */
export function convertChannels(input: Pixels, from: number, to: number): Pixels {
  if (from === to) return input;
  const count = input.length / from;
  const output = input instanceof Uint8Array ? new Uint8Array(count * to) : new Float32Array(count * to);
  for (let i = 0; i < count; i++) {
    const at = i * from;
    if (to === 1 && from >= 3) {
      const luma = 0.299 * input[at]! + 0.587 * input[at + 1]! + 0.114 * input[at + 2]!;
      output[i] = input instanceof Uint8Array ? Math.round(luma) : luma;
    } else for (let c = 0; c < to; c++) output[i * to + c] = input[at + Math.min(c, from - 1)]!;
  }
  return output;
}
