import { desktopShell } from './desktop';
import type { Shell } from './shell';
import { webShell } from './web';

export type { ChooseOptions, OnProgress, Shell } from './shell';

/** The shell this window runs in: the desktop's preload script has left its bridge, or it is a page of the web host. */
export const shell: Shell = globalThis.basinShell ? desktopShell(globalThis.basinShell) : webShell();
