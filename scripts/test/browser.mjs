// Provides the browser of the end-to-end tests: the one that is there, else one that it installs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { testBrowser } from '../browser.mjs';
import { root, tool } from '../root.mjs';

/**
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [environment]
 */
function attempt(program, args, environment = {}) {
  console.log(`> ${[program, ...args].join(' ')}`);
  return spawnSync(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment }, timeout: 600_000 }).status === 0;
}

/**
 * Finds a Chromium, or installs one: Playwright's, else Debian's package where this is Debian and we are root.
 *
 * @returns {string} its path
 * @throws {Error} saying what to install when none can be had
 */
export function provideBrowser() {
  const present = testBrowser();
  if (present !== undefined) return present;

  console.log('No Chromium, Chrome or Edge found: installing one for the end-to-end tests.');
  attempt(process.execPath, [tool.playwright, 'install', 'chromium'], { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' });
  const downloaded = testBrowser();
  if (downloaded !== undefined) return downloaded;

  const debianRoot = existsSync('/etc/debian_version') && process.getuid?.() === 0;
  if (debianRoot) {
    const quietly = { DEBIAN_FRONTEND: 'noninteractive' };
    if (attempt('apt-get', ['update'], quietly)) attempt('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], quietly);
    const packaged = testBrowser();
    if (packaged !== undefined) return packaged;
  }
  throw new Error(
    'The end-to-end tests need Chromium, Chrome or Edge, and none could be installed. ' +
      'Install one (Debian: apt-get install chromium), or name one in the environment variable BASIN_CHROMIUM.',
  );
}
