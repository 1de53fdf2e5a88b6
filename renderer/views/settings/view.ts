import Settings from '@lucide/svelte/icons/settings';
import type { View } from '..';

export const view: View = {
  id: 'settings',
  title: 'Settings',
  icon: Settings,
  order: 95,
  help: 'Devices, appearance, storage and licences',
  load: () => import('./Settings.svelte'),
};
