import type { Component } from 'svelte';

/** One view of the window. A view is added by a folder here with a `view.ts` that exports its entry. */
export interface View {
  /** first part of its address: `train` is `#/train` */
  id: string;
  /** its name in the rail and the palette */
  title: string;
  icon: Component;
  /** place in the rail, low first; 90 and above stand at its foot */
  order: number;
  /** one line for the palette and the tooltip */
  help: string;
  /** loaded when the view is first shown; gets the rest of the address */
  load: () => Promise<{ default: Component<{ args: string[] }> }>;
}

const entries = import.meta.glob<{ view: View }>('./*/view.ts', { eager: true });

/** All views there are, in the rail's order. */
export const views: readonly View[] = Object.values(entries)
  .map(({ view }) => view)
  .sort((a, b) => a.order - b.order);
