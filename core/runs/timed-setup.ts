import { secondsSince } from '#core/runtime';

/** A setup that took less is repeated: the second time is as it will be. */
const SHORT = 0.2;

/** Seconds for the files that a surface or a path is written into. */
export const WRITING = 0.02;

/** What is read and laid before anything is computed, and what that takes. */
export async function timedSetup<T>(setUp: () => T | Promise<T>): Promise<{ setup: T; seconds: number }> {
  const time = async () => {
    const start = performance.now();
    return { setup: await setUp(), seconds: secondsSince(start) };
  };
  const first = await time();
  return first.seconds < SHORT ? time() : first;
}
