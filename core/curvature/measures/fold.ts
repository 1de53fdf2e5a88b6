import { sizeOf } from '#core/graph';
import type { CurvatureParameter } from '../problem';
import type { State } from './problem';

/** The constant under the root of BatchNorm; PyTorch's and Basin's own. */
const EPSILON = 1e-5;

/** A BatchNorm layer and the weights whose output it normalizes. */
export interface NormalizedLayer {
  /** Name of the BatchNorm, without its dot. */
  readonly norm: string;
  readonly weight: string;
  readonly bias: string | undefined;
}

/**
 * Pairs each BatchNorm with the weights just before it in the order of the parameters that have its number of outputs. Whether that
 * is where the network has it must be checked on its outputs.
 */
export function normalizedLayers({ parameters, buffers }: State): NormalizedLayer[] {
  const names = Object.keys(parameters);
  const layers: NormalizedLayer[] = [];
  for (const buffer of Object.keys(buffers)) {
    if (!buffer.endsWith('.running_mean')) continue;
    const norm = buffer.slice(0, -'.running_mean'.length);
    const [scale, shift] = [parameters[`${norm}.weight`], parameters[`${norm}.bias`]];
    if (scale === undefined || shift === undefined) continue;
    const channels = sizeOf(scale.shape);
    const before = names.slice(0, names.indexOf(`${norm}.weight`)).reverse();
    const weight = before.find((name) => parameters[name]!.kind === 'weight' && parameters[name]!.shape.length >= 2);
    if (weight === undefined || parameters[weight]!.shape[0] !== channels) continue;
    const bias = weight.replace(/weight$/, 'bias');
    layers.push({ norm, weight, bias: bias !== weight && parameters[bias]?.shape[0] === channels ? bias : undefined });
  }
  return layers;
}

/**
 * BatchNorm in evaluation mode is an affine map of each channel: taken into the weights before it, the network computes the same with
 * its BatchNorm layers doing nothing but adding their bias (Jiang et al. 2019 and Dziugaite et al. 2020 do so before any norm is
 * taken).
 */
export function foldBatchNorm(state: State, layers: readonly NormalizedLayer[]): State {
  const parameters: Record<string, CurvatureParameter> = { ...state.parameters };
  const buffers = { ...state.buffers };
  const changed = (name: string, value: (old: number, i: number) => number): void => {
    const parameter = parameters[name]!;
    parameters[name] = { ...parameter, data: Float64Array.from(parameter.data, value) };
  };
  for (const { norm, weight, bias } of layers) {
    const [mean, variance] = [buffers[`${norm}.running_mean`]!.data, buffers[`${norm}.running_var`]!.data];
    const [gain, offset] = [parameters[`${norm}.weight`]!.data, bias === undefined ? undefined : parameters[bias]!.data];
    const factors = Float64Array.from(gain, (value, c) => value / Math.sqrt(variance[c]! + EPSILON));
    const perChannel = parameters[weight]!.data.length / factors.length;
    changed(weight, (value, i) => value * factors[Math.floor(i / perChannel)]!);
    changed(`${norm}.bias`, (value, c) => value + factors[c]! * ((offset?.[c] ?? 0) - mean[c]!));
    changed(`${norm}.weight`, () => 1);
    if (bias !== undefined) changed(bias, () => 0);
    buffers[`${norm}.running_mean`] = { ...buffers[`${norm}.running_mean`]!, data: new Float32Array(mean.length) };
    buffers[`${norm}.running_var`] = { ...buffers[`${norm}.running_var`]!, data: new Float32Array(mean.length).fill(1 - EPSILON) };
  }
  return { parameters, buffers };
}
