import Table2 from '@lucide/svelte/icons/table-2';
import type { View } from '..';

export const view: View = {
  id: 'data',
  title: 'Data',
  icon: Table2,
  order: 20,
  help: 'See what was read and choose what is learnt',
  load: () => import('./Data.svelte'),
};
