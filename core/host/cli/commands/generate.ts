import { InvalidArgumentError, type Command } from 'commander';
import { generateText, resolveRun, type CheckpointName } from '#core/runs';
import { openFolder } from '../opened';
import { checkpointOption, deviceOption, example, jsonOption, memberOption, terminalOf, threadsOption, wholeNumber } from '../options';

interface GenerateCommandOptions {
  prompt: string;
  length: number;
  temperature: number;
  topK?: number;
  seed: number;
  checkpoint?: CheckpointName;
  member?: number | 'best';
  device?: string;
  threads?: number;
  json?: boolean;
}

function temperature(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw new InvalidArgumentError('it must be 0 or more.');
  return value;
}

export function addGenerate(program: Command): void {
  example(
    program
      .command('generate')
      .description('let a language model write')
      .argument('<run>', 'its folder, id or name')
      .option('--prompt <text>', 'what the text begins with', '')
      .option('--length <tokens>', 'tokens to write', wholeNumber(1), 200)
      .option('--temperature <number>', '0: always the most probable token; 1: as the model believes', temperature, 1)
      .option('--top-k <tokens>', 'draw from the so many most probable tokens only', wholeNumber(1))
      .option('--seed <seed>', 'the same seed writes the same text', wholeNumber(0), 0)
      .addOption(checkpointOption())
      .addOption(memberOption())
      .addOption(deviceOption())
      .addOption(threadsOption())
      .addOption(jsonOption()),
    'basin generate grammar-gpt --prompt "the cat" --length 120 --temperature 0.7',
  ).action(async (named: string, options: GenerateCommandOptions) => {
    const terminal = terminalOf(options);
    const { folder } = resolveRun(named);
    const run = await openFolder(folder, options);
    const { prompt, length, topK, seed } = options;
    const written = await generateText(run, {
      prompt, length, seed, temperature: options.temperature, checkpoint: options.checkpoint ?? run.usualCheckpoint, ...(topK !== undefined && { topK }),
    });
    terminal.result(written, () => `${written.prompt}${written.text}`);
  });
}
