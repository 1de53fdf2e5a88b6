import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '#core/graph';
import type { Notice, Probe, ReadOptions, Reader, TextSource } from '../source';
import { fingerprintOf } from './fingerprint';
import { filesBelow } from './image-folder';
import { openText } from './text-file';
import { probeFile } from './probe-file';

const endings = ['txt', 'md', 'text'];
const isText = (name: string): boolean => endings.some((ending) => name.toLowerCase().endsWith(`.${ending}`));

/** Most bytes of text that are taken into memory. */
const mostBytes = 256 * 2 ** 20;

async function readDocument(probe: Probe, name: string, options: ReadOptions, notices: Notice[]): Promise<{ document: TextSource['documents'][number]; hash: string }> {
  const file = await openText(probe, options, notices, true);
  try {
    const text = (await readFile(file.path, 'utf8')).replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
    return { document: { name, text }, hash: file.fingerprint };
  } finally {
    await file.dispose();
  }
}

async function open(probe: Probe, options: ReadOptions): Promise<TextSource> {
  const notices: Notice[] = [];
  const name = basename(probe.path);
  const names = probe.directory ? (await filesBelow(probe.path, options.signal)).files.filter(isText).sort() : [''];
  const probes = probe.directory ? await Promise.all(names.map((file) => probeFile(join(probe.path, file)))) : [probe];
  const bytes = probes.reduce((sum, each) => sum + each.bytes, 0);
  if (bytes > mostBytes) {
    throw new UserError('data.text.large', `${name} holds ${Math.round(bytes / 2 ** 20)} MB of text; at most ${mostBytes / 2 ** 20} MB can be used.`, { hint: 'Take a part of it.' });
  }
  const documents: TextSource['documents'] = [];
  const hashes: { name: string; hash: string }[] = [];
  for (const [i, each] of probes.entries()) {
    const { document, hash } = await readDocument(each, probe.directory ? names[i]! : name, options, notices);
    documents.push(document);
    hashes.push({ name: document.name, hash });
  }
  const characters = documents.reduce((sum, { text }) => sum + [...text].length, 0);
  if (characters === 0) throw new UserError('data.empty', `${name} holds no text.`);
  return {
    kind: 'text', name, format: 'text', path: probe.path, bytes, fingerprint: probe.directory ? fingerprintOf(hashes) : hashes[0]!.hash, notices, documents, characters,
  };
}

/** Lines that decide whether a .txt file holds a table. */
const judgedLines = 60;

/**
 * Whether lines are rows of a table: (nearly) all have the same number of cells, two or more, by a comma, semicolon, tab or bar; or by
 * blanks (then all of them); or every line is a number. Prose has lines of changing length.
 */
export function looksTabular(head: Uint8Array): boolean {
  const lines = new TextDecoder('utf-8').decode(head).split(/\r?\n/).slice(0, judgedLines).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length < 2) return false;
  const regular = (delimiter: RegExp | string, share: number): boolean => {
    const counts = lines.map((line) => line.split(delimiter).length);
    const common = [...counts].sort((a, b) => a - b)[Math.floor(counts.length / 2)]!;
    return common >= 2 && counts.filter((count) => count === common).length >= share * counts.length;
  };
  return [',', ';', '\t', '|'].some((delimiter) => regular(delimiter, 0.8)) || regular(/\s+/, 1) || lines.every((line) => Number.isFinite(Number(line)));
}

/** Plain text: a file, or a folder of nothing but text files. */
export const textReader: Reader = {
  format: 'text',
  title: 'Plain text',
  extensions: endings,
  recognises: (probe) => (probe.directory
    ? probe.entries.every((entry) => entry.startsWith('.') || isText(entry))
    : isText(probe.path) && !looksTabular(probe.head)),
  open,
};
