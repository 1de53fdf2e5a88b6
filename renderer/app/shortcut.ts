/** Shortcuts as text: `Mod+K`, `Shift+Space`, `G`. `Mod` is Command on a Mac, Control elsewhere. */

export const isMac = /mac|iphone|ipad/i.test(globalThis.navigator?.platform ?? '');

export interface Keys {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

/** Whether the pressed keys are exactly those of `shortcut`. */
export function matches(shortcut: string, keys: Keys, mac = isMac): boolean {
  const parts = shortcut.split('+');
  const key = (parts.at(-1) ?? '').toLowerCase();
  const wants = (name: string): boolean => parts.slice(0, -1).includes(name);
  const pressed = keys.key === ' ' ? 'space' : keys.key.toLowerCase();
  return (
    pressed === key &&
    (mac ? keys.metaKey : keys.ctrlKey) === wants('Mod') &&
    (mac ? keys.ctrlKey : keys.metaKey) === false &&
    keys.shiftKey === wants('Shift') &&
    keys.altKey === wants('Alt')
  );
}

/** The keys of a shortcut as this system writes them: `['⌘', 'K']`, `['Ctrl', 'K']`. */
export function keyCaps(shortcut: string, mac = isMac): string[] {
  const caps: Record<string, string> = mac
    ? { Mod: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↩', Space: 'Space' }
    : { Mod: 'Ctrl', Enter: 'Enter' };
  return shortcut.split('+').map((part) => caps[part] ?? part);
}

/** Whether plain keys belong to the element that has the focus: text is being typed there. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'range', 'button', 'file', 'color'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
