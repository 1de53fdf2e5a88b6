import { readdirSync, readFileSync } from 'node:fs';
import { describeOnnx, OnnxModel, openOnnxBytes, readSafetensors, writeSafetensors } from '#core/nn';
import { Philox, UserError } from '#core/graph';
import { describe, expect, it } from 'vitest';
import { noExternalData } from '../../../../core/nn/onnx/format/external';
import { readModel } from '../../../../core/nn/onnx/format/model';
import { malformed } from '../../../../core/nn/onnx/format/refuse';
import { mutateGraph } from './graph-mutations';
import { below, mutate } from './mutations';

/** Cases a reader; BASIN_FUZZ asks for more (100000 for the whole). The seed is fixed, so every case can be seen again. */
const cases = Number(process.env['BASIN_FUZZ'] ?? 5000);
const seed = Number(process.env['BASIN_FUZZ_SEED'] ?? 1);

const folder = new URL('../../../fixtures/onnx/torch/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.onnx')).map((name) => new Uint8Array(readFileSync(new URL(name, folder))))
  .sort((a, b) => a.length - b.length).slice(0, 40);

/** Runs `work`; only a mistake of the file's is allowed. */
function survives(work: () => void, which: string): 'opened' | 'refused' {
  try {
    work();
    return 'opened';
  } catch (error) {
    if (error instanceof UserError) return 'refused';
    throw new Error(`${which}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, { cause: error });
  }
}

describe(`damaged files, ${cases} a reader, seed ${seed}`, () => {
  it('ONNX: refused in words or opened, never anything else', () => {
    const count = { opened: 0, refused: 0 };
    const before = process.memoryUsage().rss;
    for (let i = 0; i < cases; i++) {
      const random = new Philox(seed, `onnx ${i}`);
      const bytes = mutate(files[below(random, files.length)]!, files, random);
      count[survives(() => {
        const model = openOnnxBytes(bytes, 'damaged');
        // Traced too, on examples as the file now states them.
        describeOnnx(model, model.statedShape?.every((n) => n > 0 && n < 64) === true ? model.statedShape : [6]);
      }, `case ${i}`)]++;
    }
    expect(count.refused).toBeGreaterThan(cases / 4);
    expect(count.opened).toBeGreaterThan(cases / 100);
    expect(process.memoryUsage().rss - before).toBeLessThan(1.5 * 2 ** 30);
  });

  it('graphs with foreign nodes, attributes, arrays and versions: refused in words or opened', () => {
    const refuse = (what: string): never => malformed('changed', what);
    const parsed = files.map((bytes) => readModel(bytes, refuse, noExternalData(refuse)));
    const count = { opened: 0, refused: 0 };
    for (let i = 0; i < cases; i++) {
      const random = new Philox(seed, `graph ${i}`);
      const file = mutateGraph(parsed[below(random, parsed.length)]!, random);
      count[survives(() => {
        const model = new OnnxModel('changed', file, {}, refuse);
        const { unsupported, fault } = describeOnnx(model, model.statedShape ?? [6]);
        if (unsupported.length > 0 || fault !== null) throw new UserError('onnx.refused', 'refused');
      }, `case ${i}`)]++;
    }
    expect(count.refused).toBeGreaterThan(cases / 4);
    expect(count.opened).toBeGreaterThan(cases / 20);
  });

  it('safetensors: refused in words or read, never anything else', () => {
    const random = new Philox(seed, 'safetensors files');
    const originals = Array.from({ length: 8 }, (_, k) => writeSafetensors(
      Object.fromEntries(Array.from({ length: 1 + k }, (__, i) => [`layers.${i}.weight`, { shape: [2, i + 1], data: Float32Array.from(random.normals(2 * (i + 1))) }])),
      k % 2 === 0 ? {} : { format: 'pt' },
    ));
    const count = { opened: 0, refused: 0 };
    for (let i = 0; i < cases; i++) {
      const each = new Philox(seed, `safetensors ${i}`);
      const bytes = mutate(originals[below(each, originals.length)]!, originals, each);
      count[survives(() => void readSafetensors(bytes, 'damaged'), `case ${i}`)]++;
    }
    expect(count.refused).toBeGreaterThan(cases / 2);
  });
});
