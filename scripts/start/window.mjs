// Shows the web host's address: in an app window of an installed Chrome, Chromium or Edge, else in the default browser.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import open from 'open';
import { installedBrowser } from '../browser.mjs';

/**
 * @param {string} address
 * @param {{ rootOnLinux: boolean }} surroundings
 * @returns {Promise<{ closed: Promise<number>, close: () => Promise<void> } | string>} the app window, whose `closed` gives
 *   the browser's exit code (0 when a person closed it); or one line on what was done instead
 */
export async function showWindow(address, surroundings) {
  if (surroundings.rootOnLinux) return 'As root no browser is opened (their sandbox refuses it): open the address in yours.';
  const browser = installedBrowser();
  if (browser === undefined) {
    const child = await open(address);
    child.once('error', (error) => console.error(`The default browser did not open (${error.message}): open the address in yours.`));
    return 'Opened in the default browser.';
  }
  // A profile of its own: no extensions, no hand-over to a browser that is already open, nothing left behind.
  const profile = mkdtempSync(join(tmpdir(), 'basin-window-'));
  const quiet = ['--no-first-run', '--no-default-browser-check', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const child = spawn(browser, [`--app=${address}`, `--user-data-dir=${profile}`, '--window-size=1400,900', ...quiet], { stdio: 'ignore' });
  /** @type {Promise<number>} */
  const closed = new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', () => resolve(1));
  });
  return {
    closed,
    close: async () => {
      if (child.exitCode === null && child.pid !== undefined && child.kill()) await closed;
      // The browser's last writers may still hold a file for a moment.
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}
