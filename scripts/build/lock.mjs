// One build at a time: two commands started together must not write the same files.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { cache } from '../root.mjs';

const buildLock = join(cache, 'build.lock');

/** @param {unknown} error */
const codeOf = (error) => (error instanceof Error && 'code' in error ? error.code : undefined);

/**
 * @param {string} file
 * @returns {boolean} whether this process now holds the lock
 */
function take(file) {
  try {
    const handle = openSync(file, 'wx');
    writeSync(handle, String(process.pid));
    closeSync(handle);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return false;
  }
}

/**
 * @param {string} file
 * @returns {boolean} whether the process that holds the lock still runs
 */
function holderLives(file) {
  try {
    const holder = Number(readFileSync(file, 'utf8'));
    // Written a moment after it is created: an empty lock is a living one.
    if (holder === 0) return true;
    process.kill(holder, 0);
    return true;
  } catch (error) {
    // ENOENT: just released. ESRCH: it died. EPERM: it lives under another user.
    return codeOf(error) === 'EPERM';
  }
}

/**
 * @template Result
 * @param {() => Promise<Result>} work
 * @param {string} [file] the lock; it holds the process id of who has it
 * @returns {Promise<Result>}
 */
export async function withLock(work, file = buildLock) {
  mkdirSync(dirname(file), { recursive: true });
  while (!take(file)) {
    if (holderLives(file)) await wait(100);
    else rmSync(file, { force: true });
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
