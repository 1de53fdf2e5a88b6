import { describe, expect, it } from 'vitest';
import { keyCaps, matches, type Keys } from '../../../renderer/app/shortcut';

const keys = (key: string, held: Partial<Keys> = {}): Keys => ({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });

describe('shortcuts', () => {
  it('take Control for Mod, and Command on a Mac', () => {
    expect(matches('Mod+K', keys('k', { ctrlKey: true }), false)).toBe(true);
    expect(matches('Mod+K', keys('k', { metaKey: true }), false)).toBe(false);
    expect(matches('Mod+K', keys('k', { metaKey: true }), true)).toBe(true);
    expect(matches('Mod+K', keys('k', { ctrlKey: true }), true)).toBe(false);
  });

  it('want exactly the keys they name', () => {
    expect(matches('Mod+O', keys('O', { ctrlKey: true, shiftKey: true }), false)).toBe(false);
    expect(matches('Mod+Shift+O', keys('O', { ctrlKey: true, shiftKey: true }), false)).toBe(true);
    expect(matches('Space', keys(' '), false)).toBe(true);
    expect(matches('Space', keys(' ', { altKey: true }), false)).toBe(false);
  });

  it('are written as the system writes them', () => {
    expect(keyCaps('Mod+Enter', false)).toEqual(['Ctrl', 'Enter']);
    expect(keyCaps('Mod+Shift+O', true)).toEqual(['⌘', '⇧', 'O']);
  });
});
