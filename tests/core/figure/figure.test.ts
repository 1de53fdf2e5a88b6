import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { assemble, type Drawing, fitText, label, pdfFile, pngChunks, pngFile, segment, svgFile, textWidth } from '#core/figure';
import { readPath } from '../../../core/figure/path-data';

const facts = { title: 'A "figure" – größer', program: 'basin 0.1.0', recipe: '{"version":1,"name":"(a\\\\b)"}' };

/** A little of everything, no two parts alike. */
function sample(): Drawing {
  const pixels = new Uint8Array(60 * 40 * 4);
  for (let i = 0; i < 60 * 40; i++) pixels.set([(4 * (i % 60)) & 255, Math.floor(i / 60) * 6, 90, i % 60 < 20 ? 0 : 255], i * 4);
  const panel: Drawing = {
    width: 200,
    height: 160,
    background: '#ffffff',
    rasters: [{ pixels, frame: { left: 20, top: 30, width: 60, height: 40 }, background: '#e8eaed' }],
    shapes: [
      { kind: 'rectangle', left: 20, top: 30, width: 60, height: 40, stroke: '#123456', strokeWidth: 2 },
      { kind: 'circle', x: 130, y: 50, radius: 20, fill: '#fa0', stroke: '#111', strokeWidth: 3 },
      { kind: 'group', clip: { left: 100, top: 80, width: 60, height: 20 }, shapes: [{ kind: 'path', d: 'M90 70L180 120', stroke: '#c00', strokeOpacity: 0.5, strokeWidth: 12 }] },
      { kind: 'path', d: 'M20 100Q50 60 80 100V120H20Z', fill: '#0a84a0' },
      segment(10, 140, 190, 140, '#000', 3),
      label('Loss 0.125', 150, 130, { size: 18, color: '#222222', anchor: 'end' }),
      label('up', 185, 100, { size: 16, color: '#ffffff', rotate: -90, halo: { color: '#111111', width: 2 } }),
    ],
  };
  return assemble({ width: 400, height: 170, background: '#fafafa' }, [{ drawing: panel, x: 0, y: 0 }, { drawing: panel, x: 200, y: 8 }]);
}

const pixelsOf = (file: Uint8Array): Promise<Buffer> => sharp(file).flatten({ background: '#fff' }).removeAlpha().raw().toBuffer();

/** Mean difference of two pictures in grey levels. */
async function apart(a: Uint8Array, b: Uint8Array): Promise<number> {
  const [first, second] = await Promise.all([pixelsOf(a), pixelsOf(b)]);
  expect(first.length).toBe(second.length);
  return first.reduce((sum, value, i) => sum + Math.abs(value - second[i]!), 0) / first.length;
}

describe('a drawing', () => {
  it('is the same picture as SVG and as PNG', async () => {
    expect(await apart(await svgFile(sample(), facts), await pngFile(sample(), facts))).toBeLessThan(0.2);
  });

  it('is the same picture as PDF: its operators, read back, paint it', async () => {
    const file = readPdf(pdfFile(sample(), facts));
    expect(file.mediaBox).toEqual([0, 0, 300, 127.5]);
    expect(await apart(await pngFile(sample(), facts), Buffer.from(await file.toSvg(400, 170)))).toBeLessThan(0.6);
  });

  it('carries its recipe in every format', async () => {
    const text = (file: Uint8Array): string => Buffer.from(file).toString('latin1');
    expect((await sharp(await pngFile(sample(), facts)).metadata()).exif!.includes(facts.recipe)).toBe(true);
    expect(text(await svgFile(sample(), facts))).toContain('<metadata>{&quot;version&quot;:1,');
    expect(text(pdfFile(sample(), facts))).toContain(`stream\n${facts.recipe}\nendstream`);
  });

  it('says its resolution in a PNG, whose other chunks stay as they are', async () => {
    const [plain, printed] = [await pngFile(sample(), facts), await pngFile(sample(), facts, 300)];
    // 300 dots in 25.4 mm are 11811 in a metre.
    expect(Buffer.from(pngChunks(printed)[1]!.data).toString('hex')).toBe('00002e2300002e2301');
    const others = (file: Uint8Array) => pngChunks(file).filter(({ type }) => type !== 'pHYs');
    expect(others(printed)).toEqual(others(plain));
    expect(await apart(plain, printed)).toBe(0);
  });
});

it('a quadratic curve is told as the cubic one that it is', () => {
  const [, curve] = readPath('M1 2Q5 10 9 2');
  const [x1, y1, x2, y2, x3, y3] = curve!.points as [number, number, number, number, number, number];
  for (const t of [0.1, 0.5, 0.8]) {
    const s = 1 - t;
    expect(s ** 3 * 1 + 3 * s * s * t * x1 + 3 * s * t * t * x2 + t ** 3 * x3).toBeCloseTo(s * s * 1 + 2 * s * t * 5 + t * t * 9, 12);
    expect(s ** 3 * 2 + 3 * s * s * t * y1 + 3 * s * t * t * y2 + t ** 3 * y3).toBeCloseTo(s * s * 2 + 2 * s * t * 10 + t * t * 2, 12);
  }
});

it('a long text is cut where its room ends', () => {
  expect(fitText('short', 12, 400)).toBe('short');
  const cut = fitText('a long caption that has no room', 12, 80);
  expect(cut).toMatch(/^a long.*…$/);
  expect(textWidth(cut, 12)).toBeLessThanOrEqual(80);
});

/** A reader for the part of PDF that the writer uses: the table of objects, streams, and the operators of one page. */
function readPdf(bytes: Uint8Array): { mediaBox: number[]; toSvg(width: number, height: number): Promise<string> } {
  const file = Buffer.from(bytes);
  const text = file.toString('latin1');
  const table = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)![1]);
  const offsets = [...text.slice(table).matchAll(/^(\d{10}) 00000 n $/gm)].map(([, at]) => Number(at));
  const object = (reference: string): { text: string; stream: Buffer } => {
    const number = Number.parseInt(reference, 10);
    const at = offsets[number - 1]!;
    expect(text.slice(at, at + 8 + reference.length)).toMatch(new RegExp(`^${number} 0 obj\n`));
    const head = text.slice(at, text.indexOf('endobj', at));
    const start = at + head.indexOf('stream\n') + 7;
    const data = file.subarray(start, start + Number(/\/Length (\d+)/.exec(head)?.[1] ?? 0));
    return { text: head, stream: head.includes('/FlateDecode') ? inflateSync(data) : data };
  };
  const root = object(/\/Root (\d+) 0 R/.exec(text)![1]!);
  const pages = object(/\/Pages (\d+) 0 R/.exec(root.text)![1]!);
  const page = object(/\/Kids \[(\d+) 0 R\]/.exec(pages.text)![1]!).text;
  const mediaBox = /\/MediaBox \[([^\]]+)\]/.exec(page)![1]!.split(' ').map(Number);
  const contents = object(/\/Contents (\d+) 0 R/.exec(page)![1]!).stream.toString('latin1');
  return {
    mediaBox,
    async toSvg(width, height) {
      const images: Record<string, string> = {};
      for (const [, name, at] of page.matchAll(/\/(I\d+) (\d+) 0 R/g)) {
        const image = object(at!);
        const [columns, rows] = ['Width', 'Height'].map((key) => Number(new RegExp(`/${key} (\\d+)`).exec(image.text)![1])) as [number, number];
        const alpha = object(/\/SMask (\d+) 0 R/.exec(image.text)![1]!).stream;
        const rgba = Buffer.alloc(columns * rows * 4);
        for (let i = 0; i < columns * rows; i++) rgba.set([...image.stream.subarray(i * 3, i * 3 + 3), alpha[i]!], i * 4);
        images[name!] = (await sharp(rgba, { raw: { width: columns, height: rows, channels: 4 } }).png().toBuffer()).toString('base64');
      }
      const opacities = Object.fromEntries([...page.matchAll(/\/(O\d+) << \/CA ([\d.]+) >>/g)].map(([, name, value]) => [name, value]));
      const [, , , tall] = mediaBox;
      const scale = width / mediaBox[2]!;
      return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g transform="scale(${scale} ${-scale}) translate(0 ${-tall!})">${interpret(contents, images, opacities)}</g></svg>`;
    },
  };
}

/** The operators as SVG: every `q` opens a group that `Q` closes with all that came up inside. */
function interpret(contents: string, images: Record<string, string>, opacities: Record<string, string>): string {
  let out = '';
  let path = '';
  let clips = 0;
  interface State { fill: string; stroke: string; width: string; opacity: string; groups: number }
  const stack: State[] = [{ fill: '#000', stroke: '#000', width: '1', opacity: '1', groups: 0 }];
  let operands: string[] = [];
  const rgb = ([r, g, b]: string[]): string => `rgb(${[r, g, b].map((part) => Math.round(Number(part) * 255)).join(',')})`;
  const open = (attributes: string): void => {
    out += `<g ${attributes}>`;
    stack.at(-1)!.groups++;
  };
  const paint = (filled: boolean, stroked: boolean): void => {
    const { fill, stroke, width, opacity } = stack.at(-1)!;
    out += `<path d="${path}" fill="${filled ? fill : 'none'}" ${stroked ? `stroke="${stroke}" stroke-width="${width}" stroke-opacity="${opacity}" stroke-linejoin="round" stroke-linecap="round"` : ''}/>`;
    path = '';
  };
  const operators: Record<string, (values: string[]) => void> = {
    q: () => stack.push({ ...stack.at(-1)!, groups: 0 }),
    Q: () => (out += '</g>'.repeat(stack.pop()!.groups)),
    cm: (values) => open(`transform="matrix(${values.join(' ')})"`),
    gs: ([name]) => (stack.at(-1)!.opacity = opacities[name!.slice(1)]!),
    rg: (values) => (stack.at(-1)!.fill = rgb(values)),
    RG: (values) => (stack.at(-1)!.stroke = rgb(values)),
    w: ([width]) => (stack.at(-1)!.width = width!),
    j: () => undefined,
    J: () => undefined,
    m: (values) => (path += `M${values.join(' ')}`),
    l: (values) => (path += `L${values.join(' ')}`),
    c: (values) => (path += `C${values.join(' ')}`),
    h: () => (path += 'Z'),
    re: ([x, y, w, h]) => (path += `M${x} ${y}h${w}v${h}h${-Number(w)}Z`),
    W: () => {
      out += `<clipPath id="c${++clips}"><path d="${path}"/></clipPath>`;
      open(`clip-path="url(#c${clips})"`);
    },
    n: () => (path = ''),
    f: () => paint(true, false),
    S: () => paint(false, true),
    B: () => paint(true, true),
    Do: ([name]) => (out += `<image width="1" height="1" transform="matrix(1 0 0 -1 0 1)" preserveAspectRatio="none" href="data:image/png;base64,${images[name!.slice(1)]}"/>`),
  };
  for (const token of contents.split(/\s+/)) {
    const operator = operators[token];
    if (!operator) {
      operands.push(token);
      continue;
    }
    operator(operands);
    operands = [];
  }
  for (const { groups } of stack) out += '</g>'.repeat(groups);
  return out;
}
