import {
  abs, add, avgPool, batchNorm, batchNormInference, broadcastTo, div, groupNorm, mean, mul, normalize, pow, range, reshape, rsqrt, sqrt, square,
  stopGradient, sub, sum, type Tensor, variance,
} from '#core/graph';
import type { Call, OperatorTable } from '../call';
import type { Value } from '../array';

/**
 * BatchNorm with the running moments, or with the batch's own where the model is opened so; in training these move the
 * running ones (`momentum` is the share of the old value).
 */
function batchNormalization(call: Call): Value {
  const [x, scale, bias, runningMean, runningVariance] = [0, 1, 2, 3, 4].map((place) => call.tensor(place)) as [Tensor, Tensor, Tensor, Tensor, Tensor];
  if (x.rank < 2) call.invalid(`it normalizes a tensor of the shape [${x.shape.join(', ')}]`);
  if (call.opset < 9 && call.int('spatial', 1) !== 1) call.unsupported('spatial = 0: moments of every single element');
  const epsilon = call.float('epsilon', 1e-5);
  const { batchStatistics, training, gather = false, moved } = call.surroundings;
  if (!batchStatistics) return batchNormInference(x, { mean: runningMean, variance: runningVariance }, scale, bias, epsilon);
  const batch = batchNorm(x, scale, bias, epsilon);
  if (training || gather) {
    const momentum = call.float('momentum', 0.9);
    const count = x.size / x.shape[1]!;
    const blend = (running: Tensor, seen: Tensor): Tensor => gather ? seen : add(mul(running, momentum), mul(stopGradient(seen), 1 - momentum));
    moved(call.node.inputs[3]!, blend(runningMean, batch.mean));
    moved(call.node.inputs[4]!, blend(runningVariance, mul(batch.variance, count / Math.max(1, count - 1))));
  }
  return batch.y;
}

/** Over every axis from `axis` on. The second and third results are the mean and the inverse deviation. */
function layerNormalization(call: Call): (Tensor | undefined)[] {
  const x = call.tensor(0);
  const axis = call.axis(call.int('axis', -1), x.rank);
  const epsilon = call.float('epsilon', 1e-5);
  const axes = range(x.rank - axis, axis);
  const scaled = mul(normalize(x, axes, epsilon), call.tensor(1));
  const bias = call.optional(2);
  const wanted = (place: number): boolean => (call.node.outputs[place] ?? '') !== '';
  return [
    bias === undefined ? scaled : add(scaled, bias),
    wanted(1) ? mean(x, axes, true) : undefined,
    wanted(2) ? rsqrt(add(variance(x, axes, true), epsilon)) : undefined,
  ];
}

const perChannel = (v: Tensor, x: Tensor): Tensor => reshape(v, [v.size, ...range(x.rank - 2).map(() => 1)]);

function instanceNormalization(call: Call): Tensor {
  const x = call.tensor(0);
  if (x.rank < 3) call.invalid(`it normalizes a tensor of the shape [${x.shape.join(', ')}]`);
  const y = normalize(x, range(x.rank - 2, 2), call.float('epsilon', 1e-5));
  return add(mul(y, perChannel(call.tensor(1), x)), perChannel(call.tensor(2), x));
}

/** Scale and bias are one a group before version 21, one a channel since. */
function groupNormalization(call: Call): Tensor {
  const x = call.tensor(0);
  const groups = call.int('num_groups', 1);
  const channels = x.shape[1] ?? 0;
  if (groups < 1 || channels % groups !== 0) call.invalid(`${channels} channels do not divide into ${groups} groups`);
  const spread = (v: Tensor): Tensor =>
    v.size === channels ? v : reshape(broadcastTo(reshape(v, [groups, 1]), [groups, channels / groups]), [channels]);
  return groupNorm(x, groups, spread(call.tensor(1)), spread(call.tensor(2)), call.float('epsilon', 1e-5));
}

/** `x / (bias + alpha / size * sum of squares over neighbouring channels) ^ beta` (Krizhevsky et al. 2012). */
function localResponse(call: Call): Tensor {
  const x = call.tensor(0);
  const size = call.int('size', 1);
  if (size < 1 || size > (x.shape[1] ?? 0) * 2) call.invalid(`size is ${size}`);
  const flat = reshape(square(x), [x.shape[0]!, 1, x.shape[1]!, x.size / (x.shape[0]! * x.shape[1]!)]);
  const low = Math.floor((size - 1) / 2);
  const averages = avgPool(flat, [size, 1], { stride: 1, padding: [[low, size - 1 - low], [0, 0]] });
  return div(x, pow(add(mul(reshape(averages, x.shape), call.float('alpha', 1e-4)), call.float('bias', 1)), call.float('beta', 0.75)));
}

function lpNormalization(call: Call): Tensor {
  const x = call.tensor(0);
  const axis = call.axis(call.int('axis', -1), x.rank);
  return div(x, call.int('p', 2) === 1 ? sum(abs(x), axis, true) : sqrt(sum(square(x), axis, true)));
}

function meanVariance(call: Call): Tensor {
  const x = call.tensor(0);
  const axes = call.axes(call.ints('axes') ?? [0, 2, 3], x.rank);
  const centred = sub(x, mean(x, axes, true));
  return div(centred, add(sqrt(mean(square(centred), axes, true)), 1e-9));
}

export const normalizationOperators: OperatorTable = {
  BatchNormalization: { run: batchNormalization },
  LayerNormalization: { since: 17, run: layerNormalization },
  InstanceNormalization: { run: instanceNormalization },
  GroupNormalization: { since: 18, run: groupNormalization },
  LRN: { run: localResponse },
  LpNormalization: { run: lpNormalization },
  MeanVarianceNormalization: { since: 9, run: meanVariance },
};
