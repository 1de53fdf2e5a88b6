import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';
import { isMainThread } from 'node:worker_threads';

/**
 * Lets other work go first: this process, or on Linux, where threads have priorities of their own that the threads they start inherit, this
 * thread. Elsewhere a thread stays as it is.
 */
export function lowerPriority(): void {
  if (isMainThread) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  else if (process.platform === 'linux') setPriority(Number(basename(readlinkSync('/proc/thread-self'))), constants.priority.PRIORITY_BELOW_NORMAL);
}
