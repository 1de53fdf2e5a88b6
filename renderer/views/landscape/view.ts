import Mountain from '@lucide/svelte/icons/mountain';
import type { View } from '..';

export const view: View = {
  id: 'landscape',
  title: 'Landscape',
  icon: Mountain,
  order: 50,
  help: 'See the loss surface around a trained network',
  load: () => import('./Landscape.svelte'),
};
