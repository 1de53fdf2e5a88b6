import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { env } from 'onnxruntime-node';
import { blockSize } from '../onnx/lower/blocked/block-size';

let described: Promise<string> | undefined;

/**
 * What a program for the processor depends on besides its graph: ONNX Runtime's version, the processor (ONNX Runtime lays images out in blocks as its
 * vector instructions want them), and Basin's own code.
 */
export function circumstances(): Promise<string> {
  described ??= describe();
  return described;
}

async function describe(): Promise<string> {
  // This module's file is the bundle of the whole engine; parts of it that lie elsewhere are imported under names that carry their hash.
  const code = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url))).digest('hex');
  return [process.platform, process.arch, cpus()[0]?.model, `blocks of ${await blockSize()}`, `ONNX Runtime ${env.versions.node}`, code].join('\n');
}
