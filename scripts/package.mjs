// npm run package: installers for this system, into release/ (AppImage and deb, NSIS, or dmg). Arguments go to electron-builder.
import { dirname } from 'node:path';
import { build } from './build.mjs';
import { runNode, tool } from './root.mjs';
import { obtainElectron } from './start/electron.mjs';

const electron = await obtainElectron({ retry: true });
if (electron.program === undefined) {
  electron.stop();
  console.error(`${electron.reason}: an installer cannot be made without it. Run this again where it can be downloaded.`);
  process.exitCode = 1;
} else {
  await build();
  // The runtime that is here already, not a second download of it. (On macOS the program lies deep in a bundle.)
  const runtime = process.platform === 'darwin' ? dirname(electron.program.slice(0, electron.program.indexOf('.app/'))) : dirname(electron.program);
  process.exitCode = await runNode(tool.electronBuilder, [`-c.electronDist=${runtime}`, ...process.argv.slice(2)]);
}
