import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import type { View } from '..';

export const view: View = {
  id: 'compose',
  title: 'Compose',
  icon: SlidersHorizontal,
  order: 30,
  help: 'Choose model, loss, optimizer and the rest of a run',
  load: () => import('./Compose.svelte'),
};
