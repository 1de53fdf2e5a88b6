// npm start: builds, then opens the workbench: the desktop window where Electron's runtime can be had, else a page.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { root } from './root.mjs';
import { obtainElectron } from './start/electron.mjs';
import { HostEnded, startHost } from './start/host.mjs';
import { look, tryDesktop } from './start/surroundings.mjs';
import { showWindow } from './start/window.mjs';

const help = `npm start                      opens Basin
npm start -- --shell web       as a page on 127.0.0.1, in an app window or the default browser
npm start -- --shell desktop   in Electron's window (downloads its runtime again if that failed before)
npm start -- --port 4817       the page's port (a free one if absent)
npm start -- --no-open         prints the page's address, opens nothing

Anything else is handed to Basin.`;

const { values, tokens } = parseArgs({
  strict: false,
  tokens: true,
  options: { shell: { type: 'string' }, port: { type: 'string' }, 'no-open': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});

/** Arguments that are not ours, in the form they came. */
const rest = tokens.flatMap((token) => {
  if (token.kind === 'positional') return [token.value];
  if (token.kind !== 'option' || ['shell', 'port', 'no-open', 'help'].includes(token.name)) return [];
  return token.inlineValue === true ? [`${token.rawName}=${token.value}`] : [token.rawName];
});

if (values.help) {
  console.log(help);
} else if (values.shell !== undefined && values.shell !== 'desktop' && values.shell !== 'web') {
  console.error(`There is no shell "${values.shell}": --shell desktop or --shell web.`);
  process.exitCode = 1;
} else {
  process.exitCode = await start(values.shell);
}

/**
 * @param {'desktop' | 'web' | undefined} shell
 * @returns {Promise<number>} the exit code
 */
async function start(shell) {
  await build();
  const surroundings = look({ platform: process.platform, environment: process.env, uid: process.getuid?.() });
  const attempt = tryDesktop(surroundings, shell);
  let reason = attempt.reason;
  let stopDownload = () => {};
  if (attempt.desktop && !values['no-open']) {
    const electron = await obtainElectron({ retry: shell === 'desktop' });
    if (electron.program !== undefined) return startDesktop(electron.program, surroundings.rootOnLinux);
    reason = electron.reason;
    stopDownload = electron.stop;
  }
  if (reason !== undefined) console.log(`${reason}. Basin runs as a page instead.`);
  try {
    return await startWeb(surroundings);
  } finally {
    stopDownload();
  }
}

/**
 * @param {string} program
 * @param {boolean} withoutSandbox
 * @returns {Promise<number>}
 */
function startDesktop(program, withoutSandbox) {
  if (withoutSandbox) console.log('Running as root: Electron starts without its sandbox.');
  const child = spawn(program, [...(withoutSandbox ? ['--no-sandbox'] : []), root, ...rest], { stdio: 'inherit' });
  forwardEnd(() => void child.kill());
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 0));
  });
}

/**
 * @param {import('./start/surroundings.mjs').Surroundings} surroundings
 * @returns {Promise<number>}
 */
async function startWeb(surroundings) {
  let host;
  try {
    host = await startHost([...(values.port === undefined ? [] : ['--port', String(values.port)]), ...rest]);
  } catch (error) {
    if (error instanceof HostEnded) return error.code;
    throw error;
  }
  forwardEnd(host.end);
  console.log(`Basin is at ${host.address}\nCtrl-C ends it.`);
  if (values['no-open'] || surroundings.noWindow !== undefined) return host.ended;

  const window = await showWindow(host.address, surroundings);
  if (typeof window === 'string') {
    console.log(window);
    return host.ended;
  }
  void window.closed.then((code) => {
    // The app window is the program: when a person closes it, Basin ends, as the desktop window does.
    if (code === 0) host.end();
    else console.log('The browser did not open its window, or lost it: open the address in yours.');
  });
  const code = await host.ended;
  await window.close();
  return code;
}

/**
 * A signal is handed on, and we stay until the child has put its work away. (Ctrl-C reaches every process of the
 * terminal at once: the child may hear it twice.)
 *
 * @param {() => void} end
 */
function forwardEnd(end) {
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  process.on('SIGHUP', end);
}
