import * as ort from 'onnxruntime-node';
import { allocate, type DType, sizeOf, toTypedArray, type TypedArray } from '#core/graph';
import type { DeviceArray } from '../program';
import { readGpuTensor } from './gpu-reader';

/** Numbers that ONNX Runtime holds. */
export abstract class OnnxArray implements DeviceArray {
  abstract readonly shape: readonly number[];
  abstract readonly dtype: DType;
  /** Whether the numbers lie on the GPU, where only programs of the same device reach them. */
  abstract readonly onGpu: boolean;
  #tensor: ort.Tensor | undefined;

  constructor(tensor: ort.Tensor) {
    this.#tensor = tensor;
  }

  get tensor(): ort.Tensor {
    if (this.#tensor === undefined) throw new Error('this array was disposed of');
    return this.#tensor;
  }

  abstract read(): Promise<TypedArray>;

  dispose(): void {
    if (this.#tensor === undefined) return;
    this.release(this.#tensor);
    this.#tensor = undefined;
  }

  protected abstract release(tensor: ort.Tensor): void;
}

/** Memory of one result on the host, used again once the array that stood for it is disposed of. */
export class Pool {
  readonly #free: ort.Tensor[] = [];

  constructor(
    readonly dtype: DType,
    readonly shape: readonly number[],
  ) {}

  take(): ort.Tensor {
    return this.#free.pop() ?? new ort.Tensor(this.dtype, allocate(this.dtype, sizeOf(this.shape)) as never, this.shape);
  }

  give(tensor: ort.Tensor): void {
    this.#free.push(tensor);
  }
}

export class HostArray extends OnnxArray {
  readonly onGpu = false;
  readonly #pool: Pool;

  constructor(pool: Pool, tensor: ort.Tensor) {
    super(tensor);
    this.#pool = pool;
  }

  get shape(): readonly number[] {
    return this.#pool.shape;
  }

  get dtype(): DType {
    return this.#pool.dtype;
  }

  read(): Promise<TypedArray> {
    return Promise.resolve((this.tensor.data as TypedArray).slice());
  }

  protected release(tensor: ort.Tensor): void {
    this.#pool.give(tensor);
  }
}

/** A result as a GPU program made it: on the GPU (what is fed back) or on the host (what is only read). */
export class MadeArray extends OnnxArray {
  readonly onGpu: boolean;

  constructor(
    tensor: ort.Tensor,
    readonly shape: readonly number[],
    readonly dtype: DType,
  ) {
    super(tensor);
    this.onGpu = tensor.location === 'gpu-buffer';
  }

  async read(): Promise<TypedArray> {
    const numbers = this.onGpu ? await readGpuTensor(this.tensor) : (this.tensor.data as TypedArray);
    return numbers instanceof Int32Array && this.dtype === 'int64' ? toTypedArray(numbers, 'int64') : numbers.slice();
  }

  protected release(tensor: ort.Tensor): void {
    if (this.onGpu) tensor.dispose();
  }
}
