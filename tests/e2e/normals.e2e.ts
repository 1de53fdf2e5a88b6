import { build } from 'esbuild';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/root.mjs';
import { launchBrowser } from './support';
import type { drawnNormals } from './support/drawn-normals';

/** How a surface in space is inclined is worked out by the graphics card alone: read back, and held against derivatives. */
describe('the normals of a drawn surface', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const { outputFiles } = await build({
      absWorkingDir: root, entryPoints: ['tests/e2e/support/drawn-normals.ts'], bundle: true, write: false, format: 'iife', platform: 'browser', target: 'es2022', tsconfig: 'renderer/tsconfig.json', logLevel: 'error',
    });
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.addScriptTag({ content: outputFiles[0]!.text });
  });

  afterAll(() => browser?.close());

  const x = Array.from({ length: 13 }, (_, i) => -1.5 + 0.25 * i);
  const y = Array.from({ length: 9 }, (_, j) => -0.5 + 0.125 * j);

  /** Heights on the grid; the drawn normals beside those that follow from the slopes `[dz/dx, dz/dy]`, of points that are drawn. */
  async function normals(f: (x: number, y: number) => number, slopes: (i: number, j: number) => readonly [number, number]): Promise<{ drawn: number[][]; expected: number[][] }> {
    const given = [x, y, y.flatMap((b) => x.map((a) => f(a, b)))] as const;
    const { normals: pixels, frame } = await page.evaluate((asked) => (globalThis as unknown as { drawnNormals: typeof drawnNormals }).drawnNormals(...(asked as Parameters<typeof drawnNormals>)), given as never);
    const found: { drawn: number[][]; expected: number[][] } = { drawn: [], expected: [] };
    for (let j = 1; j + 1 < y.length; j++) {
      for (let i = 1; i + 1 < x.length; i++) {
        const at = 4 * (j * x.length + i);
        if (pixels[at + 3] === 0) continue;
        const [dx, dy] = slopes(i, j);
        // Lengths of the scene: the base is stretched to its frame, heights to the relief.
        const [east, north] = [(-dx * frame.perHeight * (x.at(-1)! - x[0]!)) / (2 * frame.halfX), (-dy * frame.perHeight * (y.at(-1)! - y[0]!)) / (2 * frame.halfY)];
        const length = Math.hypot(east, north, 1);
        found.drawn.push(pixels.slice(at, at + 3));
        found.expected.push([east, north, 1].map((part) => part / length));
      }
    }
    return found;
  }

  const apart = ({ drawn, expected }: { drawn: number[][]; expected: number[][] }): number => Math.max(...drawn.map((normal, i) => Math.hypot(...normal.map((part, k) => part - expected[i]![k]!))));

  it('a plane has one normal everywhere', async () => {
    const found = await normals((a, b) => 0.7 * a - 1.3 * b, () => [0.7, -1.3]);
    expect(found.drawn).toHaveLength(11 * 7);
    expect(apart(found)).toBeLessThan(1e-5);
  });

  it('of a paraboloid they are those of its derivatives, which central differences give exactly', async () => {
    const found = await normals((a, b) => a * a + 0.5 * a * b + 2 * b * b, (i, j) => [2 * x[i]! + 0.5 * y[j]!, 0.5 * x[i]! + 4 * y[j]!]);
    expect(found.drawn).toHaveLength(11 * 7);
    expect(apart(found)).toBeLessThan(1e-5);
  });

  it('beside a hole they are those of the side that is known', async () => {
    const [column, row, step] = [6, 4, 0.25];
    const found = await normals(
      (a, b) => (a === x[column] && b === y[row] ? Infinity : a * a + b),
      (i, j) => [j === row && Math.abs(i - column) === 1 ? 2 * x[i]! + (i - column) * step : 2 * x[i]!, 1],
    );
    // The triangles that a hole takes with it may leave its neighbours undrawn, never wrongly inclined.
    expect(found.drawn.length).toBeGreaterThan(60);
    expect(apart(found)).toBeLessThan(1e-5);
  });
});
