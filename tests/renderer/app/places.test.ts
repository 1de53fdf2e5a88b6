import { expect, it, vi } from 'vitest';

it('remembers each view\'s last place, and what was looked at latest in any of them', async () => {
  const stored = new Map<string, string>();
  vi.stubGlobal('sessionStorage', { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, value: string) => stored.set(key, value) });
  vi.resetModules();
  const { places } = await import('../../../renderer/app/places.svelte');
  places.remember('train', ['a']);
  places.remember('landscape', ['b', 'paths']);
  places.remember('home', []);
  expect(places.recent()).toEqual(['b', 'a']);
  places.remember('train', ['c']);
  expect(places.recent()).toEqual(['c', 'b']);
  expect(places.of('landscape')).toEqual(['b', 'paths']);
  places.forget('c');
  expect(places.recent()).toEqual(['b']);
  // As a reload finds them.
  vi.resetModules();
  expect((await import('../../../renderer/app/places.svelte')).places.recent()).toEqual(['b']);
  vi.unstubAllGlobals();
});
