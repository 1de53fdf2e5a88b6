import type { MessagePort } from 'node:worker_threads';

const marker = 'basin-work';

/** What a thread of the engine finds as its data. */
export interface WorkData {
  marker: typeof marker;
  /** Any message on it asks the thread to leave. */
  leave: MessagePort;
}

export const workDataOf = (leave: MessagePort): WorkData => ({ marker, leave });

export const isWorkData = (data: unknown): data is WorkData =>
  typeof data === 'object' && data !== null && (data as Partial<WorkData>).marker === marker;

/**
 * Lets the thread leave by itself, between two calls into native code: ended from outside in the middle of one, ONNX
 * Runtime's binding takes the whole process down.
 */
export function leaveWhenAsked({ leave }: WorkData): void {
  leave.once('message', () => process.exit(0));
  leave.unref();
}
