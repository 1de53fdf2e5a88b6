import type { InferenceSession } from 'onnxruntime-node';
import type { DType, TypedArray } from '#core/graph';

/** One result of a program. */
export interface OutputSpec {
  readonly onnxName: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly size: number;
}

/** What is fed: numbers, or an array that a program of the same thread made. */
export type ThreadFeed = { readonly array: number } | { readonly data: TypedArray; readonly dtype: DType; readonly shape: readonly number[] };

/** What a thread is asked for; programs and arrays go by numbers. */
export type Request = { readonly id: number } & (
  | { readonly kind: 'load'; readonly program: number; readonly model: Uint8Array; readonly options: InferenceSession.SessionOptions; readonly outputs: readonly OutputSpec[] }
  /** Gives the number of the first result; the others follow it. */
  | { readonly kind: 'run'; readonly program: number; readonly feeds: Readonly<Record<string, ThreadFeed>> }
  | { readonly kind: 'read'; readonly array: number }
  /** The array's memory serves the program's next runs. */
  | { readonly kind: 'drop'; readonly array: number }
  | { readonly kind: 'release'; readonly program: number }
);

export type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string });
