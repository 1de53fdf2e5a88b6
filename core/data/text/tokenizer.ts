import { z } from 'zod';

/** How text becomes tokens, with everything fitted on a text: plain JSON. */
export const vocabularySchema = z.discriminatedUnion('tokens', [
  z.strictObject({ tokens: z.literal('character'), characters: z.array(z.string()) }),
  z.strictObject({ tokens: z.literal('byte') }),
  /** Token 256 + i joins the two tokens of merge i. */
  z.strictObject({ tokens: z.literal('byte-pair'), merges: z.array(z.tuple([z.int(), z.int()])) }),
]);
export type Vocabulary = z.infer<typeof vocabularySchema>;

const bytes = 256;

/** How many tokens there are. */
export function vocabularySize(vocabulary: Vocabulary): number {
  switch (vocabulary.tokens) {
    case 'character': return vocabulary.characters.length;
    case 'byte': return bytes;
    case 'byte-pair': return bytes + vocabulary.merges.length;
  }
}

/** Fits a vocabulary: the characters of the text in code order; all bytes; or bytes and the commonest pairs of tokens, one after another. */
export function fitVocabulary(text: string, kind: Vocabulary['tokens'], size: number): Vocabulary {
  switch (kind) {
    case 'character': return { tokens: 'character', characters: [...new Set(text)].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!) };
    case 'byte': return { tokens: 'byte' };
    case 'byte-pair': return { tokens: 'byte-pair', merges: fitMerges(new TextEncoder().encode(text), size - bytes) };
  }
}

/**
 * Byte-pair encoding (Gage 1994; Sennrich et al. 2016): again and again the commonest pair of neighbours becomes a token. Stops early
 * where no pair occurs twice. Of equally common pairs the smallest is taken, so that the result does not depend on the order.
 */
function fitMerges(text: Uint8Array, most: number): [number, number][] {
  let tokens = Int32Array.from(text);
  const merges: [number, number][] = [];
  while (merges.length < most) {
    const stride = bytes + merges.length;
    const counts = new Map<number, number>();
    for (let i = 0; i + 1 < tokens.length; i++) {
      const pair = tokens[i]! * stride + tokens[i + 1]!;
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    let [best, often] = [-1, 1];
    for (const [pair, count] of counts) if (count > often || (count === often && count > 1 && pair < best)) [best, often] = [pair, count];
    if (best < 0) break;
    const pair: [number, number] = [Math.floor(best / stride), best % stride];
    tokens = merged(tokens, pair, bytes + merges.length);
    merges.push(pair);
  }
  return merges;
}

/** Every place of the pair, from the left, as one token. */
function merged(tokens: Int32Array, [first, second]: readonly [number, number], token: number): Int32Array<ArrayBuffer> {
  const out = new Int32Array(tokens.length);
  let length = 0;
  for (let i = 0; i < tokens.length; i++) {
    const hit = tokens[i] === first && tokens[i + 1] === second;
    out[length++] = hit ? token : tokens[i]!;
    if (hit) i++;
  }
  return out.slice(0, length);
}

/** Text as tokens. Characters that the vocabulary does not have are left out and counted. */
export function encodeText(vocabulary: Vocabulary, text: string): { tokens: Int32Array; unknown: Map<string, number> } {
  const unknown = new Map<string, number>();
  if (vocabulary.tokens !== 'character') {
    const merges = vocabulary.tokens === 'byte-pair' ? vocabulary.merges : [];
    const tokens = merges.reduce((list, pair, i) => merged(list, pair, bytes + i), Int32Array.from(new TextEncoder().encode(text)));
    return { tokens, unknown };
  }
  const index = new Map(vocabulary.characters.map((character, i) => [character, i]));
  const tokens: number[] = [];
  for (const character of text) {
    const token = index.get(character);
    if (token === undefined) unknown.set(character, (unknown.get(character) ?? 0) + 1);
    else tokens.push(token);
  }
  return { tokens: Int32Array.from(tokens), unknown };
}

/** Tokens as text. Bytes that are no UTF-8 (a letter cut in two) become replacement characters. */
export function decodeTokens(vocabulary: Vocabulary, tokens: ArrayLike<number>): string {
  if (vocabulary.tokens === 'character') return Array.from(tokens, (token) => vocabulary.characters[token] ?? '').join('');
  const merges = vocabulary.tokens === 'byte-pair' ? vocabulary.merges : [];
  const out: number[] = [];
  const write = (token: number): void => {
    if (token < bytes) out.push(token);
    else merges[token - bytes]!.forEach(write);
  };
  Array.from(tokens).forEach(write);
  return new TextDecoder().decode(Uint8Array.from(out));
}
