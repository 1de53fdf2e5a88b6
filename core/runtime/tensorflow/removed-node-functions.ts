import { createRequire } from 'node:module';

/**
 * `@tensorflow/tfjs-node` 4.22 calls `util.isNullOrUndefined` and `util.isArray`, which Node 23 took away: without them its tensors
 * cannot be read. Puts back what is missing, before the package loads; where Node still has them nothing changes.
 */
export function restoreRemovedNodeFunctions(util: Record<string, unknown> = createRequire(import.meta.url)('node:util') as Record<string, unknown>): void {
  util['isNullOrUndefined'] ??= (value: unknown): boolean => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
}
