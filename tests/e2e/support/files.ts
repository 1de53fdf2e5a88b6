import { createReadStream, createWriteStream, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Page } from 'playwright';
import sharp from 'sharp';
import { ZipFile } from 'yazl';

/** A folder for what a test drops. */
export function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'basin-e2e-'));
}

/** Numbers in [0, 1) that are the same in every run. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * A table in the manner of the iris data: three classes, four lengths that tell them apart, and a column of words that is
 * of no use.
 */
export function flowersCsv(folder: string, rowsPerClass = 50): string {
  const random = numbers(1);
  const middle: Record<string, number[]> = { setosa: [5, 3.4, 1.5, 0.2], versicolor: [5.9, 2.8, 4.3, 1.3], virginica: [6.6, 3, 5.6, 2] };
  const lines = ['sepal_length,sepal_width,petal_length,petal_width,species'];
  for (let i = 0; i < rowsPerClass; i++) {
    for (const [name, lengths] of Object.entries(middle)) {
      lines.push([...lengths.map((length) => (length + (random() + random() + random() - 1.5) * 0.35).toFixed(2)), name].join(','));
    }
  }
  const file = join(folder, 'flowers.csv');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/** A zip archive of small pictures, a folder for each class: light discs and light squares on dark ground. */
export async function shapesZip(folder: string, each = 40): Promise<string> {
  const random = numbers(2);
  const side = 16;
  const archive = new ZipFile();
  for (const shape of ['disc', 'square']) {
    for (let i = 0; i < each; i++) {
      const [x, y, r] = [5 + random() * 6, 5 + random() * 6, 3 + random() * 2];
      const pixels = Buffer.alloc(side * side, 20);
      for (let v = 0; v < side; v++) {
        for (let u = 0; u < side; u++) {
          const inside = shape === 'disc' ? Math.hypot(u - x, v - y) < r : Math.max(Math.abs(u - x), Math.abs(v - y)) < r * 0.86;
          if (inside) pixels[v * side + u] = 220;
        }
      }
      archive.addBuffer(await sharp(pixels, { raw: { width: side, height: side, channels: 1 } }).png().toBuffer(), `shapes/${shape}/${i}.png`);
    }
  }
  archive.end();
  const file = join(folder, 'shapes.zip');
  mkdirSync(dirname(file), { recursive: true });
  await pipeline(archive.outputStream, createWriteStream(file));
  return file;
}

/** Drops a file on the window, as a file manager does. */
export async function drop(page: Page, file: string, type: string): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(file)) chunks.push(chunk as Buffer);
  const data = Buffer.concat(chunks).toString('base64');
  const name = file.split(/[\\/]/).at(-1) ?? 'file';
  const transfer = await page.evaluateHandle(
    ({ data, name, type }) => {
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], name, { type }));
      return transfer;
    },
    { data, name, type },
  );
  await page.dispatchEvent('main', 'dragenter', { dataTransfer: transfer });
  await page.getByText('Drop to open').waitFor();
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
}

/** What the Export menu of a view saves, in a folder under its own name. */
export async function exported(page: Page, item: string, folder: string): Promise<string> {
  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()]);
  const path = join(folder, download.suggestedFilename());
  await download.saveAs(path);
  return path;
}
