import { createRequire } from 'node:module';
import program from '../../package.json' with { type: 'json' };

/** Native packages stay outside the bundled program, so their version is that of the installed one. */
const { version: onnxruntime } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };

/** What a run was made with. */
export function versions() {
  return { basin: program.version, node: process.versions.node, onnxruntime, platform: `${process.platform}-${process.arch}` };
}

/** The program's name and version, as recipes and files carry it. */
export const programName = `basin ${program.version}`;
