import { cellAt } from './cells';
import { profileColumn, type ColumnProfile } from './infer/profile';
import { proposeTarget, proposeTask, type Proposal } from './infer/propose';
import { partCode, type Column, type ImageSource, type Notice, type SequenceSource, type Source, type TableSource, type TextSource } from './source';

/** What a person sees of a data set before anything is decided. */
export interface SourceSummary {
  name: string;
  kind: Source['kind'];
  format: string;
  path: string | null;
  encoding?: string;
  rows: number;
  bytes: number | null;
  fingerprint: string;
  columns: ColumnProfile[];
  images: { width: number; height: number; channels: number; sameSize: boolean; classes: { name: string; count: number }[] } | null;
  /** Sequences: their length, the numbers of a step, and how many tokens there are where they are tokens. */
  sequences?: { steps: number; features: string[]; tokens?: number };
  /** Text: how much, and how many different characters. */
  text?: { documents: number; characters: number; distinct: number };
  /** Parts the source tells apart, with their sizes. */
  parts: { name: string; rows: number }[];
  proposal: Proposal | null;
  warnings: Notice[];
}

/** Looks at a whole source: every column's kind and figures, the target and task proposed. */
export function summarize(source: Source): SourceSummary {
  switch (source.kind) {
    case 'table': return summarizeTable(source);
    case 'images': return summarizeImages(source);
    case 'sequences': return summarizeSequences(source);
    case 'text': return summarizeText(source);
  }
}

function summarizeSequences(source: SequenceSource): SourceSummary {
  const { target, count, steps, features, vocabulary, next } = source;
  const profile = target && profileColumn(target);
  const proposal = next ? { target: 'next token', task: 'language-model' as const, reason: 'the tokens after each step are given' } : null;
  return {
    ...base(source), kind: 'sequences', rows: count, columns: profile ? [profile] : [], images: null,
    sequences: { steps, features, ...(vocabulary && { tokens: vocabulary.length }) },
    proposal: proposal ?? (profile ? { target: profile.name, ...proposeTask(profile) } : null),
  };
}

function summarizeText(source: TextSource): SourceSummary {
  const distinct = new Set<string>();
  for (const { text } of source.documents) for (const character of text) distinct.add(character);
  return {
    ...base(source), kind: 'text', rows: source.documents.length, columns: [], images: null,
    text: { documents: source.documents.length, characters: source.characters, distinct: distinct.size },
    proposal: { target: 'next token', task: 'language-model', reason: 'text is learnt by predicting what comes next' },
  };
}

const base = ({ name, format, path, bytes, fingerprint, parts, notices }: Source) =>
  ({ name, format, path, bytes, fingerprint, parts: countParts(parts), warnings: notices });

function summarizeTable(source: TableSource): SourceSummary {
  const columns = source.columns.map(profileColumn);
  return {
    ...base(source), kind: 'table', ...(source.encoding === undefined ? {} : { encoding: source.encoding }),
    rows: source.rows, columns, images: null, proposal: proposeTarget(columns),
  };
}

function summarizeImages(source: ImageSource): SourceSummary {
  const { target, count, size, sameSize } = source;
  const profile = target && profileColumn(target);
  const classes = new Map<string, number>();
  if (target?.storage === 'text') {
    target.dictionary.forEach((name) => classes.set(name, 0));
    for (const code of target.codes) if (code >= 0) classes.set(target.dictionary[code]!, classes.get(target.dictionary[code]!)! + 1);
  }
  return {
    ...base(source), kind: 'images', rows: count, columns: profile ? [profile] : [],
    images: { ...size, sameSize, classes: [...classes].map(([name, n]) => ({ name, count: n })) },
    proposal: profile ? { target: profile.name, ...proposeTask(profile) } : null,
  };
}

function countParts(parts: Uint8Array | undefined): SourceSummary['parts'] {
  if (parts === undefined) return [];
  return Object.entries(partCode)
    .map(([name, code]) => ({ name, rows: parts.filter((part) => part === code).length }))
    .filter(({ rows }) => rows > 0);
}

/** Cells of the rows `offset ... offset + limit - 1`, as they stand in the source. */
export function tableRows({ columns, rows }: TableSource, offset: number, limit: number): { columns: string[]; rows: (string | number | boolean | null)[][]; total: number } {
  const end = Math.min(rows, offset + limit);
  const cells = Array.from({ length: Math.max(0, end - offset) }, (_, i) => columns.map((column: Column) => cellAt(column, offset + i)));
  return { columns: columns.map(({ name }) => name), rows: cells, total: rows };
}

/** Pictures as red, green, blue, opacity bytes: `[indices.length, height, width, 4]`. */
export async function rgbaPictures(source: ImageSource, indices: ArrayLike<number>): Promise<{ width: number; height: number; channels: number; pixels: Uint8Array }> {
  const { size } = source;
  const raw = await source.pixels(indices, size);
  const { channels } = size;
  const scale = raw instanceof Uint8Array ? 1 : floatScale(raw);
  const n = indices.length * size.width * size.height;
  const pixels = new Uint8Array(4 * n);
  for (let p = 0; p < n; p++) {
    for (let c = 0; c < 3; c++) pixels[4 * p + c] = Math.max(0, Math.min(255, Math.round(raw[p * channels + Math.min(c, channels - 1)]! * scale)));
    pixels[4 * p + 3] = 255;
  }
  return { width: size.width, height: size.height, channels, pixels };
}

/** Floats up to 1 are shares of full brightness; larger ones are brightened or dimmed to fit. */
function floatScale(raw: Float32Array): number {
  let largest = 0;
  for (const value of raw) largest = Math.max(largest, value);
  return largest <= 0 ? 0 : 255 / Math.max(1, largest);
}
