import ChartSpline from '@lucide/svelte/icons/chart-spline';
import type { View } from '..';

export const view: View = {
  id: 'curvature',
  title: 'Curvature',
  icon: ChartSpline,
  order: 55,
  help: 'Eigenvalues, trace and spectrum of the loss around a trained network',
  load: () => import('./Curvature.svelte'),
};
