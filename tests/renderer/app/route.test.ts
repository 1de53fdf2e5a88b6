import { describe, expect, it } from 'vitest';
import { formatRoute, parseRoute } from '../../../renderer/app/route';

describe('routes', () => {
  it('lead home from an empty address', () => {
    expect(parseRoute('')).toEqual({ view: 'home', args: [] });
    expect(parseRoute('#/')).toEqual({ view: 'home', args: [] });
  });

  it.each([
    ['train', ['b1818280-dfd9', 'curves']],
    ['data', ['a/b', 'ümlaut %', '#?&']],
    ['settings', []],
  ])('%s %j survives the address', (view, args) => {
    expect(parseRoute(formatRoute(view, ...args))).toEqual({ view, args });
  });

  it('takes a lone per cent sign as written', () => {
    expect(parseRoute('#/data/50%')).toEqual({ view: 'data', args: ['50%'] });
  });
});
