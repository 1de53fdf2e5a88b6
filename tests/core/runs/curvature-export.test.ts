import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { computeRunCurvature, createRun, curvatureFormatOf, curvatureRequestSchema, executeRun, exportCurvature, openRun, type CurvatureReport } from '#core/runs';
import { small, temporaryHome } from './samples';

describe('a curvature as a file', () => {
  let report: CurvatureReport;

  beforeAll(async () => {
    const folder = join(temporaryHome(), 'run');
    createRun(small({ model: { use: 'mlp', widths: [6] }, training: { epochs: 2, batchSize: 32 } }), { out: folder });
    await executeRun(folder, { threads: 1 });
    report = await computeRunCurvature(await openRun(folder, { threads: 1 }), curvatureRequestSchema.parse({ top: 3, bottom: 2, maxIterations: 12, trace: 'hutchinson', density: true, byLayer: true, over: 'all' }));
  });

  const text = async (format: 'html' | 'svg'): Promise<string> => new TextDecoder().decode(await exportCurvature(report, format));
  /** `x` and `y` of both ends of the straight lines of a drawing. */
  const linesOf = (svg: string): number[][] => [...svg.matchAll(/<path d="M(-?[\d.]+) (-?[\d.]+)L(-?[\d.]+) (-?[\d.]+)" /g)].map((match) => match.slice(1).map(Number));

  it('places each eigenvalue at its value, between the marks of its axis, with a bar as long as its residual', async () => {
    const svg = await text('svg');
    const pairs = [...report.eigenvalues!.largest, ...report.eigenvalues!.smallest.toReversed()];
    const dots = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="[\d.]+" fill="(#\w+)"/g)].map(([, x, y, fill]) => ({ x: Number(x), y: Number(y), fill }));
    expect(dots).toHaveLength(5);
    expect(dots.map(({ y }) => y)).toEqual(dots.map(({ y }) => y).toSorted((a, b) => a - b));
    const [first, last] = [pairs[0]!, pairs.at(-1)!];
    const perPixel = (first.value - last.value) / (dots[0]!.x - dots.at(-1)!.x);
    const valueAt = (x: number): number => first.value + (x - dots[0]!.x) * perPixel;
    pairs.forEach(({ value, interval, converged }, i) => {
      expect(Math.abs(valueAt(dots[i]!.x) - value)).toBeLessThan(0.02 * perPixel);
      expect(dots[i]!.fill === '#ffffff').toBe(!converged);
      const bar = linesOf(svg).find(([, y0, , y1]) => Math.abs(y0! - dots[i]!.y) < 0.01 && y0 === y1)!;
      expect(Math.abs(valueAt(bar[0]!) - interval[0])).toBeLessThan(0.02 * perPixel);
      expect(Math.abs(valueAt(bar[2]!) - interval[1])).toBeLessThan(0.02 * perPixel);
    });
    // The axis' marks are short vertical lines below the first plot: equally far apart, at multiples of a round step.
    const marks = linesOf(svg).filter(([x0, y0, x1, y1]) => x0 === x1 && Math.abs(y1! - y0! - 6) < 0.02);
    const below = marks.filter(([, y]) => y === marks[0]![1]).map(([x]) => valueAt(x!));
    expect(below.length).toBeGreaterThan(2);
    const step = below[1]! - below[0]!;
    expect([1, 2, 5, 10].some((factor) => Math.abs(step / 10 ** Math.floor(Math.log10(step * 1.001)) - factor) < 0.01)).toBe(true);
    for (const value of below) expect(Math.abs(value - step * Math.round(value / step))).toBeLessThan(0.05 * perPixel);
  });

  it('the page asks for nothing from outside and tells every figure, its uncertainty, the request and the weights', async () => {
    const html = await text('html');
    expect(html).toContain(`default-src 'none'`);
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|<link|<img|@import|url\((?!#)|src=/);
    const cells = new Set([...html.matchAll(/<t[dh][^>]*>([^<]*)<\/t[dh]>/g)].map(([, cell]) => cell!.replaceAll('−', '-').replace(/e\+?/, 'e')));
    const told = (value: number): boolean => [...cells].some((cell) => cell !== '' && Math.abs(Number(cell.split(' ')[0]) - value) <= 1e-5 * Math.abs(value));
    const { largest, smallest } = report.eigenvalues!;
    for (const { value, residual } of [...largest, ...smallest]) expect([told(value), told(residual)]).toEqual([true, true]);
    expect([told(report.trace!.value), told(report.trace!.interval[0]), told(report.entropyRank!)]).toEqual([true, true, true]);
    for (const { layers } of report.points!) for (const figures of Object.values(layers)) expect([told(figures.eigenvalues!.largest[0]!.value), told(figures.trace!.value)]).toEqual([true, true]);
    expect(cells).toContain('no');
    // One trace, not two that differ: that of the density only where no other is asked for.
    const { trace: _, ...untraced } = report;
    const traces = (page: string): number => page.split('trace, from the density').length - 1;
    expect([traces(html), traces(new TextDecoder().decode(await exportCurvature(untraced, 'html')))]).toEqual([0, 1]);
    expect(cells).toContain(report.run.fingerprint);
    expect(html).toContain('&quot;maxIterations&quot;: 12');
    const data = JSON.parse(/id="curvature-data">([^<]*)<\/script>/.exec(html)![1]!) as CurvatureReport;
    expect(data.density!.density).toEqual(Array.from(report.density!.density));
  });

  it('has a coloured cell for each layer and the whole at each checkpoint, of every figure that was followed', async () => {
    const svg = await text('svg');
    const cells = [...svg.matchAll(/<rect [^>]*fill="#\w+" stroke="#ffffff" stroke-width="1"\/>/g)];
    expect(cells).toHaveLength(3 * 3 * report.points!.length);
  });

  it('carries its request in pictures and pages alike', async () => {
    const png = await exportCurvature(report, 'png');
    expect((await sharp(png).metadata()).exif!.toString('latin1')).toContain(report.run.fingerprint);
    expect(Buffer.from(await exportCurvature(report, 'pdf')).toString('latin1')).toContain('"maxIterations":12');
    expect(await text('svg')).toContain(report.run.fingerprint);
  });

  it('is a figure of any size and either theme: the same panels, filling the paper', async () => {
    const svg = async (look: Parameters<typeof exportCurvature>[2]): Promise<string> => new TextDecoder().decode(await exportCurvature(report, 'svg', look));
    const tall = await svg({ width: 900, height: 2600, theme: 'dark' });
    expect(tall).toMatch(/<svg [^>]*width="900"[^>]* height="2600"/);
    expect(tall).not.toContain('stroke="#ffffff"');
    // Twice as large in both directions is the same drawing, every length doubled.
    const natural = await text('svg');
    const [, width, height] = /<svg [^>]*width="(\d+)"[^>]* height="(\d+)"/.exec(natural)!.map(Number);
    const double = await svg({ width: 2 * width!, height: 2 * height! });
    const cells = (of: string): number[] => [...of.matchAll(/<rect x="[\d.]+" y="[\d.]+" width="([\d.]+)"[^>]*stroke-width/g)].map(([, wide]) => Number(wide));
    expect(cells(double).length).toBe(cells(natural).length);
    cells(double).forEach((wide, i) => expect(wide).toBeCloseTo(2 * cells(natural)[i]!, 1));
    const png = Buffer.from(await exportCurvature(report, 'png', { width: 700, height: 500, dotsPerInch: 254 }));
    const { width: across, height: down } = await sharp(png).metadata();
    expect([across, down, png.readUInt32BE(png.indexOf('pHYs') + 4)]).toEqual([700, 500, 10_000]);
  });

  it('draws what there is: a trace alone, and names the formats where another is asked for', async () => {
    const { eigenvalues: _, density: __, points: ___, layers: ____, ...rest } = report;
    const svg = new TextDecoder().decode(await exportCurvature(rest, 'svg'));
    expect(svg).not.toContain('<circle');
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(() => curvatureFormatOf('x.gif')).toThrow(/"\.gif" is not a format/);
  });
});
