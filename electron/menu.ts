import { app, Menu } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';

/**
 * The native menu: what the system itself offers (editing, zoom, windows). Basin's own actions are in the window's
 * command palette, the same in both shells.
 */
export function installMenu(): void {
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const mac = process.platform === 'darwin';
  const menus: MenuItemConstructorOptions[] = [
    ...(mac ? [{ role: 'appMenu' } as const] : [{ label: 'File', submenu: [{ role: 'quit' } as const] }]),
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
        // The tools show the user's own data to a user who asks; an installed program has no need for them.
        ...(app.isPackaged ? [] : [separator, { role: 'reload' } as const, { role: 'toggleDevTools' } as const]),
      ],
    },
    { role: 'windowMenu' },
    { label: 'Help', role: 'help', submenu: [{ label: 'About Basin', role: 'about' }] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(menus));
}
