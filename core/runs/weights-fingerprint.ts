import { createHash } from 'node:crypto';
import type { StateTensor } from '#core/train';

/** Hash of weights: another training gives other pictures and figures, even under the same name. */
export function weightsFingerprint(names: readonly string[], tensors: Readonly<Record<string, StateTensor>>): string {
  const hash = createHash('sha256');
  for (const name of [...names].sort()) {
    const { data } = tensors[name]!;
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex').slice(0, 16);
}
