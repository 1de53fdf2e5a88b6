// The browsers of this machine: what the tests drive and what `npm start` opens an app window with.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright';

/** Names of Chromium's family on a PATH, the open one first. */
const commands = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge-stable', 'microsoft-edge', 'brave-browser'];

const macApplications = ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Brave Browser'];

const windowsPrograms = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe', 'Chromium\\Application\\chrome.exe'];

/** @param {string} file */
function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // absent or not executable: the same to us
  }
}

/** @returns {string[]} the files that would be a Chromium, Chrome or Edge on this system, most wanted first */
function candidates() {
  const environment = process.env;
  if (process.platform === 'darwin') {
    return macApplications.flatMap((name) =>
      ['/Applications', join(environment.HOME ?? '', 'Applications')].map((folder) => join(folder, `${name}.app`, 'Contents/MacOS', name)),
    );
  }
  if (process.platform === 'win32') {
    const folders = [environment.PROGRAMFILES, environment['PROGRAMFILES(X86)'], environment.LOCALAPPDATA].filter((folder) => folder !== undefined);
    return windowsPrograms.flatMap((program) => folders.map((folder) => join(folder, program)));
  }
  const folders = (environment.PATH ?? '').split(delimiter).filter(Boolean);
  return commands.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/** @returns {string | undefined} an installed Chrome, Chromium or Edge */
export function installedBrowser() {
  return candidates().find(isProgram);
}

/**
 * A browser that the tests can drive: the one named by BASIN_CHROMIUM, else an installed one, else Playwright's own.
 *
 * @returns {string | undefined}
 */
export function testBrowser() {
  const named = process.env.BASIN_CHROMIUM;
  if (named) return named;
  return [installedBrowser(), chromium.executablePath()].find((file) => file !== undefined && isProgram(file) && starts(file));
}

/**
 * A downloaded browser may lack the system's libraries: only asking it tells. (Chrome on Windows answers nothing, and
 * brings its libraries along.)
 *
 * @param {string} file
 */
function starts(file) {
  if (process.platform === 'win32') return true;
  const answer = spawnSync(file, ['--version', '--no-sandbox'], { timeout: 30_000, encoding: 'utf8' });
  return answer.status === 0;
}
