import type { DType, Graph, TypedArray } from '#core/graph';
import type { ComputeThread } from './onnx/threads/compute-thread';

export type DeviceId = 'cpu' | 'cuda' | 'dml' | 'coreml' | 'webgpu' | 'tensorflow' | 'reference';

/** A device and, if it cannot be used, the plain reason. */
export interface DeviceInfo {
  readonly id: DeviceId;
  readonly executor: 'onnx' | 'tensorflow' | 'reference';
  readonly name: string;
  readonly usable: boolean;
  readonly reason?: string;
  readonly details: Readonly<Record<string, string>>;
  /** Bytes, where it is known. */
  readonly memory?: number;
  /** What to know before using it. */
  readonly warnings?: readonly string[];
  /** A GPU's interface on the processor: for tests, never chosen by itself. */
  readonly software?: boolean;
}

/** Numbers that a program made, kept where it runs. Can be fed back without a copy. */
export interface DeviceArray {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** A copy of the numbers. */
  read(): Promise<TypedArray>;
  /** Gives the memory back to the program for its next runs; the array must not be used afterwards. */
  dispose(): void;
}

export type Feed = TypedArray | DeviceArray;

export interface CompileOptions {
  readonly device: DeviceId;
  /** Threads within an operation. Default: the machine's cores. */
  readonly threads?: number;
  /** Bytes that the program may take; a larger one is refused. Default: what the system says is available. */
  readonly memoryLimit?: number;
  /** Writes the runtime's own profile (Chrome's trace format) to a file of this prefix when the program is disposed of. */
  readonly profile?: string;
  /**
   * Inputs and outputs that go from one program to another and are read by nobody else: their numbers may lie in memory as the device computes with them best. All programs
   * that exchange an array have to call it by names that are sealed. Which are worth it, `sealable` says.
   */
  readonly sealed?: ReadonlySet<string>;
  /** Runs a program of the processor in a thread beside this one. */
  readonly thread?: ComputeThread;
}

/** The machine of a larger record of options: what a program is compiled for. */
export const compileOptionsOf = ({ device, threads }: CompileOptions): CompileOptions => (threads === undefined ? { device } : { device, threads });

/** A compiled graph. */
export interface Program {
  readonly graph: Graph;
  /** Runs once; feeds and results go by the graph's names. */
  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, DeviceArray>>;
  dispose(): Promise<void>;
}
