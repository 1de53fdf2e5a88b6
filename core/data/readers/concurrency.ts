/** Calls `use` for each item, at most `limit` at a time; the first error ends it, once those under way are done. */
export async function eachOf<T>(items: readonly T[], limit: number, use: (item: T, index: number) => Promise<void>, signal?: AbortSignal): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next++;
      try {
        signal?.throwIfAborted();
        await use(items[index]!, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker));
  const error = ends.find((end) => end.status === 'rejected');
  if (error) throw error.reason;
}
