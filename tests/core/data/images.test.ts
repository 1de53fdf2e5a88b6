import { applyTransform, dataSpecification, prepare, rgbaPictures, summarize, type ImageSource } from '#core/data';
import { describe, expect, it } from 'vitest';
import { cycle } from './table';

const count = 120;
const size = { width: 4, height: 3, channels: 3 };
const plane = size.width * size.height;
/** Byte of picture `i` at pixel `p`, channel `c`: each channel has its own brightness. */
const byte = (i: number, p: number, c: number): number => (i * 31 + p * 7 + c * 60) % 256;

const pictures = (over: Partial<ImageSource> = {}): ImageSource => ({
  kind: 'images', name: 'pets', format: 'image-folder', path: null, bytes: null, fingerprint: 'f', notices: [], count, size, sameSize: true,
  target: { name: 'class', storage: 'text', dictionary: ['cat', 'dog'], codes: Int32Array.from(cycle([0, 1], count)) },
  sourceName: (i) => `pets/${i}.png`,
  pixels: (indices, wanted) => {
    const out = new Uint8Array(indices.length * plane * wanted.channels);
    for (let i = 0; i < indices.length; i++) {
      for (let p = 0; p < plane; p++) for (let c = 0; c < wanted.channels; c++) out[(i * plane + p) * wanted.channels + c] = byte(indices[i]!, p, c);
    }
    return Promise.resolve(out);
  },
  ...over,
});

const specification = dataSpecification.parse({ source: { path: 'pets' } });

describe('pictures', () => {
  it('become planes, standardized per channel by the training part', async () => {
    const data = await prepare(pictures(), specification);
    expect(data.exampleShape).toEqual([3, 3, 4]);
    expect(data.classNames).toEqual(['cat', 'dog']);
    for (let c = 0; c < 3; c++) {
      const raw: number[] = [];
      data.train.rows.forEach((row) => { for (let p = 0; p < plane; p++) raw.push(byte(row, p, c) / 255); });
      const mean = raw.reduce((a, b) => a + b) / raw.length;
      const scale = Math.sqrt(raw.reduce((a, b) => a + (b - mean) ** 2, 0) / raw.length);
      data.test!.rows.forEach((row, i) => {
        for (let p = 0; p < plane; p++) expect(data.test!.x[(i * 3 + c) * plane + p]).toBeCloseTo((byte(row, p, c) / 255 - mean) / scale, 4);
      });
    }
    const applied = await applyTransform(data.transform, pictures());
    expect([...applied.x.subarray(data.test!.rows[0]! * 3 * plane, (data.test!.rows[0]! + 1) * 3 * plane)]).toEqual([...data.test!.x.subarray(0, 3 * plane)]);
  });

  it('without classes cannot be learnt from', async () => {
    const { target: _, ...unlabelled } = pictures();
    await expect(prepare(unlabelled, specification)).rejects.toThrow('pets: the pictures have no classes');
  });

  it('of another kind of number are refused by a fitted transform', async () => {
    const data = await prepare(pictures(), specification);
    const floats = pictures({ pixels: (indices) => Promise.resolve(new Float32Array(indices.length * plane * 3)) });
    await expect(applyTransform(data.transform, floats)).rejects.toThrow('pixels are floating-point numbers, the model was trained on bytes (0 to 255)');
  });

  it('are summed up by class and part', () => {
    const summary = summarize(pictures({ parts: Uint8Array.from({ length: count }, (_, i) => (i < 90 ? 1 : 3)) }));
    expect(summary.images).toEqual({ ...size, sameSize: true, classes: [{ name: 'cat', count: 60 }, { name: 'dog', count: 60 }] });
    expect(summary.parts).toEqual([{ name: 'train', rows: 90 }, { name: 'test', rows: 30 }]);
    expect(summary.proposal).toMatchObject({ target: 'class', task: 'classification' });
  });

  it('are shown with red, green, blue and full opacity', async () => {
    const { pixels } = await rgbaPictures(pictures(), [5]);
    expect([...pixels.subarray(0, 8)]).toEqual([byte(5, 0, 0), byte(5, 0, 1), byte(5, 0, 2), 255, byte(5, 1, 0), byte(5, 1, 1), byte(5, 1, 2), 255]);
  });
});
