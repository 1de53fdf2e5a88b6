import type { Command } from 'commander';
import { countOf, generate, generatorSchema, loadDataset, loadSource, dataSpecification, summarize, writeDataset, type SourceSummary } from '#core/data';
import { UserError } from '#core/graph';
import { describeIssues, specificationError } from '#core/runs';
import { describeDataset } from '../../work/describe-dataset';
import { example, jsonOption, terminalOf, wholeNumber } from '../options';
import { number, size, table } from '../terminal';

export function addData(program: Command): void {
  const data = program.command('data').description('look at data, or make toy data');
  addInspect(data);
  addGenerate(data);
}

function addInspect(data: Command): void {
  example(
    data
      .command('inspect')
      .description('say what a file or folder holds, and what training would make of it')
      .argument('<path>', 'CSV, TSV, JSON, NDJSON, Parquet, IDX, NPY, NPZ, a folder or zip archive of pictures')
      .option('--target <column>', 'the column to predict')
      .addOption(jsonOption()),
    'basin data inspect penguins.csv',
  ).action(async (path: string, options: { target?: string; json?: boolean }) => {
    const terminal = terminalOf(options);
    const source = await loadSource({ path });
    const summary = summarize(source);
    const target = options.target ?? summary.proposal?.target;
    const seen = target === undefined ? undefined : await seenByTraining(path, target);
    terminal.result({ ...summary, training: seen }, () => [
      headline(summary),
      '',
      ...table(
        ['column', 'kind', 'missing', 'distinct', 'values', ''],
        summary.columns.map((column) => [column.name, column.kind, column.missing, column.distinct, rangeOf(column), column.keptOut ? `kept out: ${column.keptOut}` : '']),
      ),
      ...(summary.images?.classes.length ? ['', ...table(['class', 'pictures'], summary.images.classes.map(({ name, count }) => [name, count]))] : []),
      ...(summary.proposal ? ['', `Target: ${target} (${summary.proposal.task}): ${summary.proposal.reason}`] : ['', 'No target is proposed: name one with --target.']),
      ...(seen ? [`Training would see ${seen.split.train} examples of shape [${seen.exampleShape.join(', ')}], ${seen.split.validation} to validate, ${seen.split.test} to test.`] : []),
      ...[...summary.warnings, ...(seen?.warnings ?? [])].map(({ message }) => `Note: ${message}`),
    ]);
  });
}

async function seenByTraining(path: string, target: string) {
  const given = { source: { path }, target };
  const parsed = dataSpecification.safeParse(given);
  if (!parsed.success) throw specificationError('The data', describeIssues(parsed.error, given));
  return describeDataset(await loadDataset(parsed.data));
}

function headline({ name, kind, format, rows, bytes, columns, images, sequences, text }: SourceSummary): string {
  const what = sequences
    ? `${rows} sequences of ${sequences.steps} steps, ${sequences.tokens === undefined ? `${sequences.features.length} numbers each` : `${sequences.tokens} different tokens`}`
    : text ? `${text.characters} characters (${text.distinct} different) in ${text.documents} document${text.documents === 1 ? '' : 's'}`
    : kind === 'images' && images
    ? `${rows} pictures of ${images.width} x ${images.height}${images.sameSize ? '' : ' (and other sizes)'}, ${images.channels === 1 ? 'grey' : `${images.channels} channels`}`
    : `${rows} rows, ${columns.length} columns`;
  return `${name}: ${format}, ${what}${bytes === null ? '' : `, ${size(bytes)}`}`;
}

function rangeOf({ numbers, histogram }: SourceSummary['columns'][number]): string {
  if (numbers) return `${number(numbers.minimum)} to ${number(numbers.maximum)}, mean ${number(numbers.mean)}`;
  const shown = histogram.labels.slice(0, 4).join(', ');
  return histogram.labels.length > 4 ? `${shown} ...` : shown;
}

function addGenerate(data: Command): void {
  example(
    data
      .command('generate')
      .description('write toy data: a table or sequences as .csv, .tsv or .ndjson, pictures as .zip or a folder of IDX files, text as .txt')
      .argument('<generator>', 'its name; `basin blocks generators` lists them')
      .requiredOption('--out <path>', 'where to write; the ending says the format')
      .option('--overwrite', 'replace what lies there')
      .option('--count <examples>', 'how many examples', wholeNumber(2))
      .option('--noise <amount>', 'how much noise', Number)
      .option('--seed <seed>', 'seed of the draw', wholeNumber(0))
      .option('--set <name=value...>', 'other parameters of the generator')
      .addOption(jsonOption()),
    'basin data generate spirals --count 1000 --noise 0.1 --seed 7 --out spirals.csv',
  ).action(async (use: string, options: { out: string; overwrite?: boolean; count?: number; noise?: number; seed?: number; set?: string[]; json?: boolean }) => {
    const terminal = terminalOf(options);
    const { count, noise, seed } = options;
    const given = { use, ...(count !== undefined && { count }), ...(noise !== undefined && { noise }), ...(seed !== undefined && { seed }), ...parameters(options.set ?? []) };
    const parsed = generatorSchema.safeParse(given);
    if (!parsed.success) throw specificationError('The generator', describeIssues(parsed.error, given));
    const source = await generate(parsed.data);
    const written = await writeDataset(source, options.out, { overwrite: options.overwrite ?? false });
    const rows = countOf(source);
    const columns = source.kind === 'table' ? source.columns.map(({ name }) => name) : [];
    terminal.result({ ...written, rows, columns, generator: parsed.data }, () => [
      `${options.out}: ${rows} ${source.kind === 'table' ? `rows, columns ${columns.join(', ')}` : { images: 'pictures', sequences: 'sequences', text: 'documents' }[source.kind]}, ${size(written.bytes)}`,
      ...written.notices.map(({ message }) => `Note: ${message}`),
    ]);
  });
}

/** `arms=3` as `{ arms: 3 }`. */
function parameters(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', ...rest] = pair.split('=');
      const text = rest.join('=');
      if (name === '' || rest.length === 0) throw new UserError('generate.set', `--set ${pair}: it must be name=value.`);
      try {
        return [name, JSON.parse(text) as unknown];
      } catch {
        return [name, text]; // Plain words need no quotes.
      }
    }),
  );
}
