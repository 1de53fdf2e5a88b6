/**
 * Counts ends of a process: what ends again and again must not be started for ever.
 *
 * @param ends how many
 * @param within in which time, in milliseconds
 * @returns a function to call at every end; it says whether that was one too many
 */
export function tooOften(ends: number, within: number): () => boolean {
  let times: number[] = [];
  return () => {
    const now = Date.now();
    times = [...times.filter((time) => now - time < within), now];
    return times.length >= ends;
  };
}
