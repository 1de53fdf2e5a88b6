import { readFileSync } from 'node:fs';
import { UserError } from '#core/graph';
import { checkpointPath, type CheckpointName } from '../folder/checkpoints';
import type { OpenRun } from './open-run';

export type ExportFormat = 'safetensors' | 'onnx';

/** A network as a file that other programs read. */
export function exportRun(run: OpenRun, format: ExportFormat, checkpoint: CheckpointName): { name: string; bytes: Uint8Array } {
  const name = `${run.file.name}-${checkpoint}.${format}`;
  if (format === 'safetensors') {
    run.weights(checkpoint);
    return { name, bytes: new Uint8Array(readFileSync(checkpointPath(run.paths, checkpoint))) };
  }
  throw new UserError('export.format', `The format ${format} cannot be written yet.`);
}
