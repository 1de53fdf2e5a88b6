import { afterEach, describe, expect, it, vi } from 'vitest';
import { interruptSignal } from '../../../core/host/cli/interrupt';

afterEach(() => vi.restoreAllMocks());

/** A signal that reaches this process's listeners only. */
const deliver = (name: NodeJS.Signals): boolean => process.emit(name, name);

describe('requests to end', () => {
  it('finish first; the same twice ends at once, one of each does not', () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
    const before = process.listenerCount('SIGINT');
    const { signal, release } = interruptSignal();
    expect(signal.aborted).toBe(false);
    deliver('SIGINT');
    expect(signal.aborted).toBe(true);
    deliver('SIGTERM');
    expect(exit).not.toHaveBeenCalled();
    deliver('SIGINT');
    expect(exit).toHaveBeenCalledExactlyOnceWith(130);
    release();
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
