import { UserError } from '#core/graph';
import type { Prepared } from '../prepare/assemble';
import type { PreparationReport, PreparedPart } from '../prepare/dataset';
import type { TextTransform } from '../prepare/transform';
import type { TextSource } from '../source';
import type { DataSpecification } from '../specification';
import { encodeText, fitVocabulary, vocabularySize } from './tokenizer';

/** Stands between two documents. */
const separator = '\n\n';

/** The documents as one text. */
export const wholeText = ({ documents }: TextSource): string => documents.map(({ text }) => text).join(separator);

/**
 * Prepares text for language modelling: tokens fitted on the training part, cut into windows of `length` tokens whose target is the
 * next token at each place. The text is divided where it stands, its end for validation and test, so that no part has read another.
 */
export function prepareText(source: TextSource, specification: DataSpecification): Prepared {
  const { text: { tokens: kind, vocabulary: size, length, stride = length }, split, limit } = specification;
  if (specification.task !== undefined && specification.task !== 'language-model') {
    throw new UserError('data.text.task', `${source.name} is text: ${specification.task} cannot be asked of it`, { hint: 'Leave data.task out, or choose "language-model".' });
  }
  const text = [...wholeText(source)];
  const ends = [1 - split.validation - split.test, 1 - split.test, 1].map((share) => Math.round(share * text.length));
  const stretches = { train: text.slice(0, ends[0]), validation: text.slice(ends[0], ends[1]), test: text.slice(ends[1], ends[2]) };
  const vocabulary = fitVocabulary(stretches.train.join(''), kind, size);
  const transform: TextTransform = { input: 'text', length, vocabulary, target: { task: 'language-model', name: 'next token' } };
  const report: PreparationReport = { dropped: [], imputed: [], keptOut: [], warnings: [] };
  const part = (name: keyof typeof stretches): PreparedPart | undefined => {
    if (stretches[name].length === 0) return undefined;
    const windows = textWindows(transform, stretches[name].join(''), name === 'train' ? stride : length, report);
    const count = Math.min(windows.count, limit ?? Infinity);
    if (count === 0) {
      throw new UserError('data.text.short', `${source.name}: the ${name} part has ${windows.tokens} tokens, fewer than a window of ${length} needs`, {
        hint: 'Choose shorter windows (data.text.length), smaller shares for validation and test (or 0), or add text.',
      });
    }
    return { count, x: windows.x.slice(0, count * length), y: windows.y.slice(0, count * length), rows: Int32Array.from({ length: count }, (_, i) => i) };
  };
  const [train, validation, test] = [part('train')!, part('validation'), part('test')];
  return {
    input: 'text', task: 'language-model', exampleShape: [length], inputNames: [], target: 'next token',
    features: [{ name: 'text', type: 'tokens', width: length, treatment: `${vocabularySize(vocabulary)} different ${kindNames[kind]}, windows of ${length}` }],
    classes: vocabularySize(vocabulary), vocabulary: vocabularySize(vocabulary),
    train, ...(validation && { validation }), ...(test && { test }), transform, report,
  };
}

const kindNames = { character: 'characters', byte: 'bytes', 'byte-pair': 'byte pairs' } as const;

/** Windows `[count, length]` of a text's tokens, and the tokens that follow at each place. */
export function textWindows({ length, vocabulary }: TextTransform, text: string, stride: number, report: PreparationReport): {
  count: number; tokens: number; x: Float32Array; y: Int32Array;
} {
  const { tokens, unknown } = encodeText(vocabulary, text);
  if (unknown.size > 0) {
    const named = [...unknown.keys()].slice(0, 8).map((character) => JSON.stringify(character)).join(', ');
    const total = [...unknown.values()].reduce((a, b) => a + b, 0);
    report.warnings.push({
      code: 'data.unknown-characters',
      message: `${total} characters that the training text does not have are left out: ${named}${unknown.size > 8 ? ' ...' : ''}`,
      hint: 'Tokens of bytes know every character.',
    });
  }
  const count = Math.max(0, Math.floor((tokens.length - 1 - length) / stride) + 1);
  const x = new Float32Array(count * length);
  const y = new Int32Array(count * length);
  for (let i = 0; i < count; i++) {
    x.set(tokens.subarray(i * stride, i * stride + length), i * length);
    y.set(tokens.subarray(i * stride + 1, i * stride + length + 1), i * length);
  }
  return { count, tokens: tokens.length, x, y };
}
