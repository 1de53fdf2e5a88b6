import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { applyTransform, dataSpecification, generate, openSource, prepare } from '#core/data';
import type { TextSource } from '#core/data';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeTokens, encodeText, fitVocabulary, vocabularySize } from '../../../../core/data/text/tokenizer';
import { looksTabular } from '../../../../core/data/readers/text';

const folder = mkdtempSync(join(tmpdir(), 'basin-text-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('tokens', () => {
  it('of every kind give the text back', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.constantFrom('character', 'byte', 'byte-pair'), (text, kind) => {
      const vocabulary = fitVocabulary(text, kind as 'byte', 300);
      const { tokens, unknown } = encodeText(vocabulary, text);
      expect(unknown.size).toBe(0);
      expect(decodeTokens(vocabulary, tokens)).toBe(text);
      expect(Math.max(-1, ...tokens)).toBeLessThan(vocabularySize(vocabulary));
    }), { numRuns: 200 });
  });

  it('byte pairs join the commonest neighbours first, again and again', () => {
    // Gage's example: aaabdaaabac: aa, then ab, then the pair of both.
    const vocabulary = fitVocabulary('aaabdaaabac', 'byte-pair', 259);
    expect(vocabulary).toEqual({ tokens: 'byte-pair', merges: [[97, 97], [97, 98], [256, 257]] });
    expect([...encodeText(vocabulary, 'aaabdaaabac').tokens]).toEqual([258, 100, 258, 97, 99]);
    expect(fitVocabulary('abcd', 'byte-pair', 400)).toEqual({ tokens: 'byte-pair', merges: [] });
  });

  it('leave out characters that the training text does not have, and count them', () => {
    const vocabulary = fitVocabulary('abc', 'character', 0);
    const { tokens, unknown } = encodeText(vocabulary, 'cab, ça!');
    expect(decodeTokens(vocabulary, tokens)).toBe('caba');
    expect([...unknown]).toEqual([[',', 1], [' ', 1], ['ç', 1], ['!', 1]]);
  });
});

describe('text files', () => {
  it('prose is text, tables in .txt stay tables', async () => {
    expect((await openSource(write('prose.txt', 'Call me Ishmael. Some years ago,\nnever mind how long precisely,\n\nhaving little or no money in my purse\n'))).kind).toBe('text');
    expect((await openSource(write('table.txt', 'a\tb\n1\t2\n3\t4\n'))).kind).toBe('table');
    expect(looksTabular(bytesOf('x y\n1 2\n3 4'))).toBe(true);
    expect(looksTabular(bytesOf('1\n2\n3'))).toBe(true);
    expect(looksTabular(bytesOf('The first line\nand one more than that'))).toBe(false);
  });

  it('a folder of text files is one text in parts, line ends as everywhere', async () => {
    mkdirSync(join(folder, 'books'));
    write('books/b.txt', 'second\r\nbook');
    write('books/a.md', 'first');
    const source = await openSource(join(folder, 'books')) as TextSource;
    expect(source.documents).toEqual([{ name: 'a.md', text: 'first' }, { name: 'b.txt', text: 'second\nbook' }]);
    expect(source.characters).toBe(16);
  });

  it('windows follow each other, the target is the next token, and no part has seen another', async () => {
    const source = await openSource(write('alphabet.txt', 'abcdefghijklmnopqrstuvwxyz'.repeat(4)));
    const data = await prepare(source, dataSpecification.parse({ source: { path: 'x' }, text: { length: 5 }, split: { validation: 0.25, test: 0.25 } }));
    expect([data.task, data.input, data.exampleShape, data.vocabulary, data.classes]).toEqual(['language-model', 'text', [5], 26, 26]);
    // 52 characters to learn from: ten windows and the token after the last.
    expect([data.train.count, data.validation!.count, data.test!.count]).toEqual([10, 5, 5]);
    data.train.x.forEach((token, i) => expect(data.train.y[i]).toBe((token + 1) % 26));
    expect([...data.train.x.subarray(5, 10)]).toEqual([5, 6, 7, 8, 9]);
    const short = dataSpecification.parse({ source: { path: 'x' }, text: { length: 64 } });
    await expect(prepare(source, short)).rejects.toThrow('fewer than a window of 64 needs');
    const other = await applyTransform(data.transform, await openSource(write('other.txt', 'one two!\nthree four five')));
    expect(other.count).toBe(3);
    expect(other.report.warnings[0]!.message).toContain('5 characters that the training text does not have');
  });

  it('a grammar\'s verbs agree with their nouns', async () => {
    const { documents: [document] } = await generate({ use: 'grammar', count: 500, depth: 0, seed: 3 }) as TextSource;
    const lines = document!.text.trim().split('\n');
    expect(lines).toHaveLength(500);
    for (const line of lines) {
      const [, noun, verb] = /^the (?:\w+ )??(cat|dog|bird|child|robot|teacher|cats|dogs|birds|children|robots|teachers) (\w+)/.exec(line)!;
      const plural = noun!.endsWith('s') || noun === 'children';
      expect(verb!.endsWith('s'), line).toBe(!plural);
    }
  });
});
