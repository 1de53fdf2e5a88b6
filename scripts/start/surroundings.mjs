// What this machine allows: a window or none, a sandbox or none.

/**
 * @typedef {object} Surroundings
 * @property {string | undefined} noWindow why no window can be shown
 * @property {boolean} rootOnLinux Chromium's sandbox, and with it Electron's, refuses to run as root there
 */

/**
 * @param {{ platform: NodeJS.Platform, environment: NodeJS.ProcessEnv, uid: number | undefined }} machine
 * @returns {Surroundings}
 */
export function look({ platform, environment, uid }) {
  const linux = platform === 'linux';
  const headless = linux && !environment.DISPLAY && !environment.WAYLAND_DISPLAY;
  const automatic = environment.CI !== undefined && environment.CI !== '' && environment.CI !== 'false';
  return {
    noWindow: headless ? 'no display here' : automatic ? 'an automatic run (CI)' : undefined,
    rootOnLinux: linux && uid === 0,
  };
}

/**
 * Whether to try the desktop shell at all.
 *
 * @param {Surroundings} surroundings
 * @param {'desktop' | 'web' | undefined} wanted
 * @returns {{ desktop: boolean, reason?: string }} `reason`: why not, for people
 */
export function tryDesktop(surroundings, wanted) {
  if (wanted === 'web') return { desktop: false };
  if (surroundings.noWindow !== undefined) return { desktop: false, reason: `No desktop window: ${surroundings.noWindow}` };
  if (surroundings.rootOnLinux && wanted !== 'desktop') {
    return { desktop: false, reason: 'No desktop window as root: its sandbox needs an ordinary user (--shell desktop goes without the sandbox)' };
  }
  return { desktop: true };
}
