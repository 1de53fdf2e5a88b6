import { untrack, type Component } from 'svelte';
import { matches, takesText } from './shortcut';

/** One thing that can be done now. All of them are in the command palette (Ctrl/Cmd-K). */
export interface Command {
  /** stable and unique: `train.pause` */
  id: string;
  /** what it does, as an order: `Pause the run` */
  title: string;
  /** heading in the palette: the view's title, `Go to`, `Runs` */
  group: string;
  /** other words a person may look for */
  keywords?: string[];
  /** `Mod+Enter`, `Space`, ... (see shortcut.ts) */
  shortcut?: string;
  icon?: Component;
  /** listed but refused; its reason is shown */
  disabled?: string | false;
  run: () => unknown;
}

class Commands {
  #lists = $state.raw<readonly Command[][]>([]);

  /** Every command that is open now: the newest list first, so that the present view's own come before the frame's. */
  get all(): Command[] {
    return [...this.#lists].reverse().flat();
  }

  add(list: Command[]): () => void {
    this.#lists = [...this.#lists, list];
    return () => (this.#lists = this.#lists.filter((other) => other !== list));
  }

  /** Runs the command whose shortcut was pressed. Plain keys are left to fields in which text is typed. */
  press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    const command = this.all.find(({ shortcut }) => shortcut !== undefined && matches(shortcut, event));
    if (!command) return;
    const plain = !command.shortcut?.includes('Mod') && !command.shortcut?.includes('Alt');
    if (plain && (takesText(event.target) || isPressed(event))) return;
    event.preventDefault();
    if (!command.disabled) command.run();
  }
}

/** Space and Enter on a control that has the focus press that control. */
function isPressed(event: KeyboardEvent): boolean {
  const pressing = event.key === ' ' || event.key === 'Enter';
  return pressing && event.target instanceof HTMLElement && event.target.closest('button, a, [role]') !== null;
}

export const commands = new Commands();

/**
 * Adds commands for as long as the calling component is shown; called while a component is set up. The function is
 * asked again when state that it reads has changed.
 */
export function useCommands(list: () => Command[]): void {
  $effect(() => {
    const now = list();
    // Adding reads the lists there are; it is not to be run again by them.
    return untrack(() => commands.add(now));
  });
}
