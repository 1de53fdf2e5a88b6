import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { applyJournal, PointJournal } from '../../../core/landscape/journal';

const folder = mkdtempSync(join(tmpdir(), 'basin-journal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const known = async (): Promise<number[]> => {
  const data = new Float64Array(12).fill(NaN);
  await applyJournal(folder, data, 2);
  return Array.from(data);
};

it('keeps whole records; an end torn at any byte is cut off, and writing goes on behind it', async () => {
  const first = await PointJournal.open(folder, ['loss', 'accuracy']);
  await first.append(Int32Array.of(4, 0), { loss: Float64Array.of(1, 2), accuracy: Float64Array.of(0.5, Infinity) });
  await first.append(Int32Array.of(5), { loss: Float64Array.of(3), accuracy: Float64Array.of(0.25) });
  await first.close();
  expect(await known()).toEqual([2, NaN, NaN, NaN, 1, 3, Infinity, NaN, NaN, NaN, 0.5, 0.25]);
  const path = join(folder, 'points.log');
  const whole = readFileSync(path);
  const torn = [2, NaN, NaN, NaN, 1, NaN, Infinity, NaN, NaN, NaN, 0.5, NaN];
  for (let missing = 1; missing < 28; missing++) {
    writeFileSync(path, whole);
    truncateSync(path, whole.length - missing);
    expect(await known()).toEqual(torn);
  }
  const again = await PointJournal.open(folder, ['loss', 'accuracy']);
  await again.append(Int32Array.of(1), { loss: Float64Array.of(7), accuracy: Float64Array.of(1) });
  await again.close();
  expect(await known()).toEqual([2, 7, NaN, NaN, 1, NaN, Infinity, 1, NaN, NaN, 0.5, NaN]);
});
