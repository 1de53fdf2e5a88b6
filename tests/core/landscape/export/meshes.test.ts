import { describe, expect, it } from 'vitest';
import type { Mesh as ThreeMesh } from 'three';
import { GLTFLoader } from 'three/examples/jsm/loaders/GLTFLoader.js';
import { STLLoader } from 'three/examples/jsm/loaders/STLLoader.js';
import { exportSurface, isoLevels } from '#core/landscape';
import { ripples, sampleSurface, sampleVolume } from '../sample';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const buffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;
const holeInside = (x: number, y: number): number => (Math.hypot(x, y) < 0.3 ? Infinity : ripples(x, y));
const missingCorner = (x: number, y: number): number => (x + y > 1.2 ? NaN : ripples(x, y));

describe('stl', () => {
  for (const [name, f] of Object.entries({ whole: ripples, 'with a hole': holeInside, 'half computed': missingCorner })) {
    it(`${name}: a closed solid: every edge is walked once in each direction, and the volume is positive`, async () => {
      const geometry = new STLLoader().parse(buffer(await exportSurface(sampleSurface({ columns: 13, rows: 9, f }), 'stl')));
      const position = geometry.getAttribute('position');
      const key = (i: number): string => `${position.getX(i)},${position.getY(i)},${position.getZ(i)}`;
      const walked = new Map<string, number>();
      let volume = 0;
      for (let i = 0; i < position.count; i += 3) {
        for (const [a, b] of [[0, 1], [1, 2], [2, 0]] as const) {
          const edge = `${key(i + a)}>${key(i + b)}`;
          walked.set(edge, (walked.get(edge) ?? 0) + 1);
        }
        const [p, q, r] = [i, i + 1, i + 2].map((v) => [position.getX(v), position.getY(v), position.getZ(v)] as const) as [Point, Point, Point];
        volume += (p[0] * (q[1] * r[2] - q[2] * r[1]) - p[1] * (q[0] * r[2] - q[2] * r[0]) + p[2] * (q[0] * r[1] - q[1] * r[0])) / 6;
      }
      for (const [edge, count] of walked) {
        expect(count, edge).toBe(1);
        expect(walked.get(edge.split('>').reverse().join('>')), edge).toBe(1);
      }
      // Base plate of 100 x 80 x 4 mm and a relief of at most 45 mm above it.
      expect(volume).toBeGreaterThan(100 * 80 * 4);
      expect(volume).toBeLessThan(100 * 80 * 49);
    });
  }
});

type Point = readonly [number, number, number];

describe('gltf', () => {
  it('opens in three.js with the surface, its colours and the path; a hole has no triangles', async () => {
    const whole = await load(await exportSurface(sampleSurface({ columns: 13, rows: 9 }), 'gltf'));
    expect(whole.getIndex()!.count).toBe(12 * 8 * 6);
    const holed = await load(await exportSurface(sampleSurface({ columns: 13, rows: 9, f: holeInside }), 'gltf'));
    expect(holed.getIndex()!.count).toBeLessThan(12 * 8 * 6);
    for (const geometry of [whole, holed]) {
      expect(Math.max(...geometry.getIndex()!.array)).toBe(geometry.getAttribute('position').count - 1);
      for (const name of ['position', 'normal', 'color']) expect(Array.from(geometry.getAttribute(name).array).every(Number.isFinite)).toBe(true);
      const normal = geometry.getAttribute('normal');
      for (let i = 0; i < normal.count; i++) {
        expect(Math.hypot(normal.getX(i), normal.getY(i), normal.getZ(i))).toBeCloseTo(1, 5);
        expect(normal.getY(i)).toBeGreaterThan(0);
      }
    }
  });

  it('states the bounds of its positions and aligned views', async () => {
    const file = JSON.parse(text(await exportSurface(sampleSurface(), 'gltf'))) as {
      asset: { version: string; extras: { recipe: unknown } };
      accessors: { min?: number[]; max?: number[]; count: number; bufferView: number }[];
      bufferViews: { byteOffset: number; byteLength: number }[];
      buffers: { byteLength: number; uri: string }[];
      nodes: { name: string }[];
    };
    expect(file.asset.version).toBe('2.0');
    expect(file.asset.extras.recipe).toEqual(sampleSurface().recipe);
    expect(file.nodes.map((node) => node.name)).toEqual(['loss', 'trajectory']);
    const bytes = Buffer.from(file.buffers[0]!.uri.split(',')[1]!, 'base64');
    expect(bytes.length).toBe(file.buffers[0]!.byteLength);
    expect(file.bufferViews.every((view) => view.byteOffset % 4 === 0)).toBe(true);
    const { byteOffset, byteLength } = file.bufferViews[file.accessors[0]!.bufferView]!;
    const positions = new Float32Array(Uint8Array.from(bytes.subarray(byteOffset, byteOffset + byteLength)).buffer);
    for (let k = 0; k < 3; k++) {
      const component = positions.filter((_, i) => i % 3 === k);
      expect(file.accessors[0]!.min![k]).toBe(Math.min(...component));
      expect(file.accessors[0]!.max![k]).toBe(Math.max(...component));
    }
  });
});

async function load(bytes: Uint8Array): Promise<ThreeMesh['geometry']> {
  // What the loader expects of a browser.
  class ProgressEvent extends Event {}
  Object.assign(globalThis, { self: globalThis, ProgressEvent });
  const { scene } = await new GLTFLoader().parseAsync(buffer(bytes), '');
  expect(scene.children).toHaveLength(2);
  return (scene.children[0] as ThreeMesh).geometry;
}

describe('vtp', () => {
  it('is well-formed, and its counts, offsets and point data agree', async () => {
    const surface = sampleSurface({ columns: 13, rows: 9, f: holeInside });
    const xml = text(await exportSurface(surface, 'vtp'));
    const open: string[] = [];
    for (const [, closing, name, empty] of xml.matchAll(/<(\/?)([A-Za-z]+)[^>?]*?(\/?)>/g)) {
      if (closing) expect(open.pop()).toBe(name);
      else if (!empty) open.push(name!);
    }
    expect(open).toEqual([]);
    const count = (what: string): number => Number(new RegExp(`${what}="(\\d+)"`).exec(xml)![1]);
    const array = (name: string, from: string): number[] =>
      new RegExp(`Name="${name}"[^>]*>([^<]*)<`).exec(xml.slice(xml.indexOf(from)))![1]!.split(' ').map((cell) => (cell === 'nan' ? NaN : Number(cell)));
    const points = count('NumberOfPoints');
    expect(array('Points', '<Points>')).toHaveLength(points * 3);
    expect(array('offsets', '<Polys>')).toEqual(Array.from({ length: count('NumberOfPolys') }, (_, i) => 3 * (i + 1)));
    const used = array('connectivity', '<Polys>');
    expect(used).toHaveLength(count('NumberOfPolys') * 3);
    expect(Math.max(...used)).toBeLessThan(points);
    const [x, y, loss] = ['x', 'y', 'loss'].map((name) => array(name, '<PointData'));
    expect(loss).toHaveLength(points);
    for (const i of used) expect(loss![i]).toBe(holeInside(x![i]!, y![i]!));
  });
});

describe('iso-surfaces of a volume', () => {
  const volume = sampleVolume(undefined, [25, 25, 25]);
  const levels = [0.5, 0.9];

  it('stl: closed shells that enclose the ellipsoids, in millimetres', async () => {
    const bytes = Buffer.from(await exportSurface(volume, 'stl', { levels }));
    const count = bytes.readUInt32LE(80);
    expect(bytes.length).toBe(84 + 50 * count);
    let enclosed = 0;
    for (let i = 0; i < count; i++) {
      const [a, b, c] = [1, 2, 3].map((p) => [0, 1, 2].map((k) => bytes.readFloatLE(84 + 50 * i + 12 * p + 4 * k))) as [number[], number[], number[]];
      enclosed += (a[0]! * (b[1]! * c[2]! - b[2]! * c[1]!) + a[1]! * (b[2]! * c[0]! - b[0]! * c[2]!) + a[2]! * (b[0]! * c[1]! - b[1]! * c[0]!)) / 6;
    }
    // x^2 + 2 y^2 + 3 z^2 = level - 0.1, and 50 mm a unit.
    const expected = levels.reduce((sum, level) => sum + ((4 / 3) * Math.PI * (level - 0.1) ** 1.5) / Math.sqrt(6), 0) * 50 ** 3;
    expect(Math.abs(enclosed / expected - 1)).toBeLessThan(0.05);
  });

  it('gltf: a mesh a level that three.js opens, the inner one opaque, the level among the extras', async () => {
    const file = JSON.parse(text(await exportSurface(volume, 'gltf', { levels: [0.9, 0.5] }))) as { asset: { extras: { levels: number[] } }; meshes: { name: string }[]; materials: { alphaMode: string }[] };
    expect(file.asset.extras.levels).toEqual(levels);
    expect(file.meshes.map(({ name }) => name)).toEqual(['loss 0.5', 'loss 0.9']);
    expect(file.materials.map(({ alphaMode }) => alphaMode)).toEqual(['OPAQUE', 'BLEND']);
    const geometry = await load(await exportSurface(volume, 'gltf', { levels }));
    expect(geometry.getIndex()!.count % 3).toBe(0);
    expect(geometry.getAttribute('normal').count).toBe(geometry.getAttribute('position').count);
  });

  it('vtp: points in the volume\'s own coordinates, the level as point data', async () => {
    const xml = text(await exportSurface(volume, 'vtp', { levels }));
    const array = (name: string, from = '<PointData'): number[] => new RegExp(`Name="${name}"[^>]*>([^<]*)<`).exec(xml.slice(xml.indexOf(from)))![1]!.split(' ').map(Number);
    const [points, level] = [array('Points'), array('loss')];
    expect(points).toHaveLength(3 * level.length);
    level.forEach((value, i) => expect(Math.abs(0.1 + points[3 * i]! ** 2 + 2 * points[3 * i + 1]! ** 2 + 3 * points[3 * i + 2]! ** 2 - value)).toBeLessThan(0.1));
    expect(Math.max(...array('connectivity', '<Polys>'))).toBe(level.length - 1);
  });

  it('levels: the default ones, with the share of the volume below; none where nothing lies', async () => {
    const shares = isoLevels(volume, {});
    expect(shares).toHaveLength(3);
    // Border points stand for half a cell or less, so the share of points is larger than that of the volume.
    shares.forEach(({ share }, i) => expect(Math.abs(share - [0.02, 0.1, 0.3][i]!)).toBeLessThan(0.1));
    await expect(exportSurface(volume, 'stl', { levels: [0.5, 99] })).rejects.toThrow('there is no surface of loss 99: values go from 0.1 to 6.1');
    await expect(exportSurface(sampleSurface(), 'stl', { levels })).rejects.toThrow('only a volume has iso-surfaces');
    await expect(exportSurface(sampleVolume(undefined, [5, 5, 1]), 'stl', {})).rejects.toThrow('not thick enough');
  });
});

describe('refusals', () => {
  const line = sampleSurface({ rows: 1 });
  it('a line has no area', async () => {
    for (const format of ['stl', 'gltf', 'vtp'] as const) await expect(exportSurface(line, format)).rejects.toThrow('a line has no area');
  });
  it('nothing finite to draw', async () => {
    await expect(exportSurface(sampleSurface({ f: () => NaN }), 'png')).rejects.toThrow('no point of this surface has a finite loss');
  });
  it('an unknown quantity names those that exist', async () => {
    await expect(exportSurface(sampleSurface(), 'gltf', { quantity: 'accuracy' })).rejects.toThrow('this surface has no quantity "accuracy"');
  });
  it('a logarithm of nothing positive', async () => {
    await expect(exportSurface(sampleSurface({ f: (x) => x - 2 }), 'png', { scale: 'log' })).rejects.toThrow('no value is positive');
  });
});
