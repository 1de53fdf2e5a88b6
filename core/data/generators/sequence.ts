import { createHash } from 'node:crypto';
import type { SequenceSource, TextSource } from '../source';

type Described = 'kind' | 'name' | 'format' | 'path' | 'bytes' | 'fingerprint' | 'notices';

/** A generated set of sequences. */
export function generatedSequences(use: string, content: Omit<SequenceSource, Described>): SequenceSource {
  const { values, target, next, vocabulary, features, steps } = content;
  const hash = createHash('sha256').update(JSON.stringify([steps, features, vocabulary ?? null, target?.storage === 'text' ? target.dictionary : null]));
  const cells = [values, next, target && ('values' in target ? target.values : target.codes)];
  for (const array of cells) if (array) hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return { kind: 'sequences', name: use, format: 'generator', path: null, bytes: null, fingerprint: hash.digest('hex'), notices: [], ...content };
}

/** A generated text. */
export function generatedText(use: string, text: string): TextSource {
  return {
    kind: 'text', name: use, format: 'generator', path: null, bytes: null, fingerprint: createHash('sha256').update(text).digest('hex'), notices: [],
    documents: [{ name: use, text }], characters: [...text].length,
  };
}
