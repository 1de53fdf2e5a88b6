import { constant, gather, matmul, moveAxis, range, reshape, type Tensor, transpose } from '#core/graph';
import { type Call, type OperatorTable } from '../call';

/** `[n, b b c, h, w] -> [n, c, b h, b w]` */
function depthToSpace(call: Call): Tensor {
  const x = call.tensor(0);
  const block = call.int('blocksize', 0);
  if (x.rank !== 4 || block < 1 || x.shape[1]! % (block * block) !== 0) call.invalid(`blocks of ${block} of a tensor [${x.shape.join(', ')}]`);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const depth = c / (block * block);
  const ordered = call.string('mode', 'DCR') === 'CRD'
    ? transpose(reshape(x, [n, depth, block, block, h, w]), [0, 1, 4, 2, 5, 3])
    : transpose(reshape(x, [n, block, block, depth, h, w]), [0, 3, 4, 1, 5, 2]);
  return reshape(ordered, [n, depth, h * block, w * block]);
}

function spaceToDepth(call: Call): Tensor {
  const x = call.tensor(0);
  const block = call.int('blocksize', 0);
  if (x.rank !== 4 || block < 1 || x.shape[2]! % block !== 0 || x.shape[3]! % block !== 0) call.invalid(`blocks of ${block} of a tensor [${x.shape.join(', ')}]`);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const apart = reshape(x, [n, c, h / block, block, w / block, block]);
  return reshape(transpose(apart, [0, 3, 5, 1, 2, 4]), [n, c * block * block, h / block, w / block]);
}

/** How a picture is brought to another size along one axis. */
interface Scaling {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
  /** Ends of the region of interest as shares of the axis. */
  readonly region: readonly [number, number];
}

/** Where in the input the element `at` of the result lies. */
function sourceOf(mode: string, at: number, { from, to, scale, region: [start, end] }: Scaling, call: Call): number {
  switch (mode) {
    case 'half_pixel': return (at + 0.5) / scale - 0.5;
    case 'half_pixel_symmetric': {
      const whole = from * scale;
      return (from / 2) * (1 - to / whole) + (at + 0.5) / scale - 0.5;
    }
    case 'pytorch_half_pixel': return to > 1 ? (at + 0.5) / scale - 0.5 : 0;
    case 'align_corners': return to > 1 ? (at * (from - 1)) / (to - 1) : 0;
    case 'asymmetric': return at / scale;
    case 'tf_half_pixel_for_nn': return (at + 0.5) / scale;
    case 'tf_crop_and_resize':
      return to > 1 ? start * (from - 1) + (at * (end - start) * (from - 1)) / (to - 1) : 0.5 * (start + end) * (from - 1);
    default: return call.unsupported(`the coordinates "${mode}"`);
  }
}

function nearestPlace(mode: string, x: number, call: Call): number {
  switch (mode) {
    case 'round_prefer_floor': return Math.ceil(x - 0.5);
    case 'round_prefer_ceil': return Math.floor(x + 0.5);
    case 'floor': return Math.floor(x);
    case 'ceil': return Math.ceil(x);
    default: return call.unsupported(`rounds "${mode}"`);
  }
}

/** Weights of the neighbours of a place `x`: their places (perhaps outside) and factors. */
function neighbours(mode: string, x: number, call: Call): [number, number][] {
  const low = Math.floor(x);
  const t = x - low;
  if (mode === 'linear') return [[low, 1 - t], [low + 1, t]];
  // Keys 1981, equation 15.
  const a = call.float('cubic_coeff_a', -0.75);
  const near = (d: number): number => ((a + 2) * d - (a + 3)) * d * d + 1;
  const far = (d: number): number => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return [[low - 1, far(1 + t)], [low, near(t)], [low + 1, near(1 - t)], [low + 2, far(2 - t)]];
}

interface Sampling {
  readonly mode: string;
  readonly coordinates: string;
  readonly nearest: string;
}

function resizedAxis(call: Call, x: Tensor, axis: number, scaling: Scaling, { mode, coordinates, nearest }: Sampling): Tensor {
  const { from, to } = scaling;
  if (from === to && scaling.scale === 1 && coordinates !== 'tf_crop_and_resize') return x;
  const inside = (at: number): number => Math.max(0, Math.min(from - 1, at));
  const source = (at: number): number => sourceOf(coordinates, at, scaling, call);
  if (mode === 'nearest') {
    const places = range(to).map((at) => inside(nearestPlace(nearest, source(at), call)));
    return gather(x, constant(Int32Array.from(places), [to], 'int32'), axis);
  }
  if (coordinates === 'tf_crop_and_resize') call.unsupported('crops and interpolates');
  const exclude = call.int('exclude_outside', 0) !== 0;
  const matrix = new Float32Array(to * from);
  for (let at = 0; at < to; at++) {
    const given = neighbours(mode, mode === 'linear' ? inside(source(at)) : source(at), call);
    const kept = exclude ? given.filter(([place]) => place >= 0 && place < from) : given;
    const total = exclude ? kept.reduce((sum, [, factor]) => sum + factor, 0) : 1;
    for (const [place, factor] of kept) matrix[at * from + inside(place)]! += factor / total;
  }
  const last = moveAxis(x, axis, x.rank - 1);
  return moveAxis(matmul(last, transpose(constant(matrix, [to, from]))), x.rank - 1, axis);
}

/** Upsample of versions 7 to 9, Resize since 10: axis by axis, as linear and cubic interpolation separate. */
function resized(call: Call): Tensor {
  const x = call.tensor(0);
  const upsample = call.node.opType === 'Upsample';
  const old = upsample || call.opset < 11;
  const mode = call.string('mode', 'nearest');
  if (mode !== 'nearest' && mode !== 'linear' && mode !== 'cubic') call.unsupported(`the mode "${mode}"`);
  if (call.int('antialias', 0) !== 0) call.unsupported('antialiasing');
  const axes = call.axes(call.ints('axes') ?? range(x.rank), x.rank);
  const listed = (place: number, what: string): number[] | undefined => {
    if (!call.has(place)) return undefined;
    const { data } = call.known(place, what);
    return data.length === 0 ? undefined : [...data];
  };
  const scales = upsample && call.opset < 9 ? [...(call.floats('scales') ?? [])] : listed(old ? 1 : 2, 'the scales');
  const sizes = old ? undefined : listed(3, 'the sizes');
  const roi = !old && call.string('coordinate_transformation_mode', '') === 'tf_crop_and_resize' ? listed(1, 'the region') : undefined;
  const given = sizes ?? scales;
  if (given?.length !== axes.length) return call.invalid(`${given?.length ?? 0} scales or sizes for ${axes.length} axes`);
  const policy = call.string('keep_aspect_ratio_policy', 'stretch');
  if (policy !== 'stretch' && sizes !== undefined) call.unsupported(`keep_aspect_ratio_policy "${policy}"`);
  const sampling: Sampling = {
    mode,
    coordinates: old ? 'asymmetric' : call.string('coordinate_transformation_mode', 'half_pixel'),
    nearest: old ? 'floor' : call.string('nearest_mode', 'round_prefer_floor'),
  };
  const scalings = axes.map((axis, i): Scaling => {
    const from = x.shape[axis]!;
    const to = sizes?.[i] ?? Math.floor(from * scales![i]!);
    if (!Number.isInteger(to) || to < 1 || from < 1) call.invalid(`axis ${axis} of length ${from} is brought to ${to}`);
    return { from, to, scale: sizes === undefined ? scales![i]! : to / from, region: [roi?.[i] ?? 0, roi?.[axes.length + i] ?? 1] };
  });
  call.shape(x.shape.map((n, axis) => (axes.includes(axis) ? scalings[axes.indexOf(axis)]!.to : n)));
  return axes.reduce((y, axis, i) => resizedAxis(call, y, axis, scalings[i]!, sampling), x);
}

export const spaceOperators: OperatorTable = {
  DepthToSpace: { run: depthToSpace },
  SpaceToDepth: { run: spaceToDepth },
  Resize: { since: 10, run: resized },
  Upsample: { run: resized },
};

