import { chromium, type Browser } from 'playwright';
import { testBrowser } from '../../../scripts/browser.mjs';

/** Quiet, without a sandbox (the tests may run as root) and with WebGL drawn by the processor. */
const flags = [
  '--no-sandbox',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/**
 * A headless Chromium with an empty profile.
 *
 * @throws {Error} when this machine has none; `npm test` installs one
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = testBrowser();
  if (executablePath === undefined) throw new Error('No Chromium, Chrome or Edge found: "npm test -- --only e2e" installs one.');
  return chromium.launch({ executablePath, args: flags });
}
