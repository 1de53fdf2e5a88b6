import type * as Ort from 'onnxruntime-node';
import type * as Threads from 'node:worker_threads';
import type { Answer, Request } from './messages';

/**
 * What a compute thread does: programs, and arrays that they made, by number; one request after the other. The thread gets this function as text, so that it needs no file of its own in
 * any build: it may use nothing but its arguments.
 *
 * @param library where ONNX Runtime lies
 */
export function serve(load: (name: string) => unknown, library: string): void {
  const { parentPort } = load('node:worker_threads') as typeof Threads;
  const ort = load(library) as typeof Ort;
  const arrayTypes = { float32: Float32Array, float64: Float64Array, int32: Int32Array, int64: BigInt64Array, bool: Uint8Array };
  type Kept = { readonly tensor: Ort.Tensor; readonly free: Ort.Tensor[] };
  type Loaded = { readonly session: Ort.InferenceSession; readonly outputs: readonly { readonly spec: Extract<Request, { kind: 'load' }>['outputs'][number]; readonly free: Ort.Tensor[] }[] };
  const programs = new Map<number, Loaded>();
  const arrays = new Map<number, Kept>();
  let made = 0;
  const answer = async (request: Request): Promise<{ readonly value: unknown; readonly moved?: ArrayBuffer }> => {
    switch (request.kind) {
      case 'load': {
        const session = await ort.InferenceSession.create(request.model, request.options);
        programs.set(request.program, { session, outputs: request.outputs.map((spec) => ({ spec, free: [] })) });
        return { value: undefined };
      }
      case 'run': {
        const { session, outputs } = programs.get(request.program)!;
        const feeds: Record<string, Ort.Tensor> = {};
        for (const [name, feed] of Object.entries(request.feeds)) feeds[name] = 'array' in feed ? arrays.get(feed.array)!.tensor : new ort.Tensor(feed.dtype, feed.data as never, feed.shape);
        const fetches: Record<string, Ort.Tensor> = {};
        for (const { spec, free } of outputs) fetches[spec.onnxName] = free.pop() ?? new ort.Tensor(spec.dtype, new arrayTypes[spec.dtype](spec.size) as never, spec.shape);
        await session.run(feeds, fetches);
        const first = made;
        for (const { spec, free } of outputs) arrays.set(made++, { tensor: fetches[spec.onnxName]!, free });
        return { value: first };
      }
      case 'read': {
        const copy = (arrays.get(request.array)!.tensor.data as Float32Array).slice();
        return { value: copy, moved: copy.buffer };
      }
      case 'drop': {
        const { tensor, free } = arrays.get(request.array)!;
        arrays.delete(request.array);
        free.push(tensor);
        return { value: undefined };
      }
      case 'release': {
        const { session } = programs.get(request.program)!;
        programs.delete(request.program);
        session.endProfiling();
        await session.release();
        return { value: undefined };
      }
    }
  };
  // One after the other, also where a request waits for the library.
  let last = Promise.resolve();
  parentPort!.on('message', (request: Request) => {
    last = last.then(async () => {
      let reply: Answer;
      let moved: ArrayBuffer[] = [];
      try {
        const result = await answer(request);
        reply = { id: request.id, value: result.value };
        if (result.moved !== undefined) moved = [result.moved];
      } catch (error) {
        reply = { id: request.id, error: error instanceof Error ? error.message : String(error) };
      }
      parentPort!.postMessage(reply, moved);
    });
  });
}
