import Activity from '@lucide/svelte/icons/activity';
import type { View } from '..';

export const view: View = {
  id: 'train',
  title: 'Train',
  icon: Activity,
  order: 40,
  help: 'Watch a run and judge what it learnt',
  load: () => import('./Train.svelte'),
};
