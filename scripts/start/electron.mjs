// Electron's runtime: the package comes without it and fetches it on demand. Looking for it must not hold the start up.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cache, root } from '../root.mjs';

/** How long a start waits for the runtime, in milliseconds. */
const patience = 15_000;

/**
 * @typedef {object} Place
 * @property {string} folder of the package `electron`
 * @property {string} absence where it is remembered that the runtime could not be had
 * @property {number} patience in milliseconds
 */

/** @type {Place} */
const here = { folder: join(root, 'node_modules/electron'), absence: join(cache, 'electron-absent'), patience };

/**
 * @param {string} folder
 * @returns {string} the version that the project asks for
 */
function wantedVersion(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
}

/**
 * The runtime's program, if it lies complete in node_modules (Electron's installer writes `path.txt` last), or in the folder
 * that Electron's own variable ELECTRON_OVERRIDE_DIST_PATH names.
 *
 * @param {string} [folder] of the package `electron`
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {string | undefined}
 */
export function installedElectron(folder = here.folder, environment = process.env) {
  const pathFile = join(folder, 'path.txt');
  const named = environment.ELECTRON_OVERRIDE_DIST_PATH;
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : undefined;
  const program = named ? join(named, name ?? 'electron') : name && join(folder, 'dist', name);
  return program && existsSync(program) ? program : undefined;
}

/**
 * Finds Electron's runtime, or has it downloaded. Not longer than `patience`: a download that takes more goes on
 * beside the program, so that a slow line has the desktop window at the next start.
 *
 * @param {{ retry: boolean }} options `retry`: ask again although the last attempt failed
 * @param {Place} [place]
 * @returns {Promise<{ program?: string, reason?: string, stop: () => void }>} `stop` ends a download that still runs
 */
export async function obtainElectron({ retry }, place = here) {
  const idle = () => {};
  const program = installedElectron(place.folder);
  if (program !== undefined) return usable(program, idle);

  const version = wantedVersion(place.folder);
  const remembered = existsSync(place.absence) && readFileSync(place.absence, 'utf8') === version;
  if (remembered && !retry) {
    return { reason: `Electron's runtime ${version} is not here (the last download failed; --shell desktop tries again)`, stop: idle };
  }

  const download = spawn(process.execPath, [join(place.folder, 'install.js')], { stdio: 'ignore' });
  const stop = () => void download.kill();
  const ended = new Promise((resolve) => {
    download.once('exit', resolve);
    download.once('error', resolve);
  });
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const outcome = await Promise.race([
    ended.then(() => 'ended'),
    new Promise((resolve) => {
      timer = setTimeout(resolve, place.patience, 'waiting');
    }),
  ]);
  clearTimeout(timer);

  const downloaded = installedElectron(place.folder);
  if (downloaded !== undefined) {
    rmSync(place.absence, { force: true });
    return usable(downloaded, stop);
  }
  remember(place.absence, version);
  const reason =
    outcome === 'waiting'
      ? `Electron's runtime ${version} did not arrive within ${Math.round(place.patience / 1000)} s`
      : `Electron's runtime ${version} could not be downloaded`;
  return { reason, stop };
}

/**
 * @param {string} file
 * @param {string} version
 */
function remember(file, version) {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, version);
  } catch (error) {
    // In a clone that this user may not write, the next start looks again: slower, not wrong.
    console.error(`The absence of Electron's runtime was not remembered: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * A runtime that lacks libraries of the system would die with a window that never comes: ask it to start first.
 *
 * @param {string} program
 * @param {() => void} stop
 */
function usable(program, stop) {
  const answer = spawnSync(program, ['-e', '0'], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, encoding: 'utf8', timeout: 20_000 });
  if (answer.status === 0) return { program, stop };
  const why = (answer.stderr || answer.error?.message || 'it says nothing').trim().split('\n')[0];
  return { reason: `Electron's runtime does not start here: ${why}`, stop };
}
