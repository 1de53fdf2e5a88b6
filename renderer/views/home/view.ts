import House from '@lucide/svelte/icons/house';
import type { View } from '..';

export const view: View = {
  id: 'home',
  title: 'Home',
  icon: House,
  order: 10,
  help: 'Open data, samples and recent runs',
  load: () => import('./Home.svelte'),
};
