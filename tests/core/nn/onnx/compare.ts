import { Philox, spec, trace, type Tensor } from '#core/graph';
import { initialize, type Module } from '#core/nn';
import { compile, type DeviceId } from '#core/runtime';
import * as ort from 'onnxruntime-node';

/** A file of the corpus, as its maker describes it. */
export interface Case {
  file: string;
  shape: number[];
  /** Input of ids 0 to this number. */
  ids: number | null;
  opset: number;
  batches: number[];
}

/** Numbers for the input of a case. */
export function inputOf({ shape, ids }: Pick<Case, 'shape' | 'ids'>, batch: number, stream = 'x'): Float32Array {
  const size = batch * shape.reduce((a, b) => a * b, 1);
  const random = new Philox(5, stream);
  return ids === null ? Float32Array.from(random.normals(size)) : Float32Array.from(random.uniforms(size), (u) => Math.floor(u * ids));
}

/** What ONNX Runtime makes of the file itself. */
export async function byRuntime(bytes: Uint8Array, output: string | undefined, x: Float32Array, shape: readonly number[], opened?: ort.InferenceSession): Promise<{ data: Float32Array; dims: readonly number[] }> {
  const session = opened ?? await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4, graphOptimizationLevel: 'disabled' });
  const [input] = session.inputMetadata;
  const type = input?.isTensor === true ? input.type : 'float32';
  const fed = type === 'int64' ? new ort.Tensor('int64', BigInt64Array.from(x, (n) => BigInt(n)), [...shape])
    : type === 'int32' ? new ort.Tensor('int32', Int32Array.from(x), [...shape])
      : type === 'float64' ? new ort.Tensor('float64', Float64Array.from(x), [...shape]) : new ort.Tensor('float32', x, [...shape]);
  const name = output ?? session.outputNames[0]!;
  const result = (await session.run({ [session.inputNames[0]!]: fed }, [name]))[name]!;
  if (opened === undefined) await session.release();
  return { data: Float32Array.from(result.data as Float32Array, Number), dims: result.dims };
}

/** What a module of ours makes of the same numbers, in evaluation. */
export async function byModule(module: Module, x: Float32Array, batch: number, device: DeviceId = 'cpu'): Promise<Float32Array> {
  const specsOf = (record: Readonly<Record<string, { shape: readonly number[] }>>) => Object.fromEntries(Object.entries(record).map(([name, { shape }]) => [name, spec(shape)]));
  interface Arguments { parameters: Record<string, Tensor>; buffers: Record<string, Tensor>; x: Tensor }
  const graph = trace(
    ({ parameters, buffers, x: value }: Arguments) => ({ output: module.apply(parameters, buffers, value, { train: false }).output }),
    { parameters: specsOf(module.parameters), buffers: specsOf(module.buffers), x: spec([batch, ...module.inputShape]) },
  );
  const program = await compile(graph, { device, threads: 1 });
  const weights = initialize(module, 0);
  const feeds: Record<string, Float32Array> = { x };
  for (const group of ['parameters', 'buffers'] as const) for (const [name, data] of Object.entries(weights[group])) feeds[`${group}.${name}`] = data;
  const result = await program.run(feeds);
  const data = Float32Array.from(await result['output']!.read() as Float32Array);
  await program.dispose();
  return data;
}

/** Largest difference, relative to the largest number (at least 1). */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let scale = 1;
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    if (Number.isFinite(b[i]!)) scale = Math.max(scale, Math.abs(b[i]!));
    const d = Math.abs(a[i]! - b[i]!);
    if (Number.isNaN(d) && Number.isNaN(a[i]!) === Number.isNaN(b[i]!)) continue;
    most = Math.max(most, Number.isNaN(d) ? Infinity : d);
  }
  return most / scale;
}
