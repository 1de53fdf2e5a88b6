import Boxes from '@lucide/svelte/icons/boxes';
import type { View } from '..';

export const view: View = {
  id: 'model',
  title: 'Model',
  icon: Boxes,
  order: 25,
  help: 'See what an ONNX or safetensors file holds and use it',
  load: () => import('./Model.svelte'),
};
