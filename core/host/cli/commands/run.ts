import type { Command } from 'commander';
import { loadDataset } from '#core/data';
import { chooseDevice, createRun, executeRun, readRunFile, readSettings, readSpecification, rememberRun, resolveRun, type ExecuteOptions, type RunOutcome } from '#core/runs';
import { interruptSignal } from '../interrupt';
import { deviceOption, example, jsonOption, terminalOf, threadsOption } from '../options';
import { number, table, type Terminal } from '../terminal';

interface TrainOptions {
  device?: string;
  threads?: number;
  json?: boolean;
}

export function addRun(program: Command): void {
  example(
    program
      .command('run')
      .description('train a network as a specification says')
      .argument('<specification>', 'a JSON file; samples are in assets/specs')
      .option('--out <folder>', 'the run\'s folder (default: a new one in the runs folder)')
      .option('--name <name>', 'what to call the run')
      .addOption(deviceOption())
      .addOption(threadsOption())
      .addOption(jsonOption()),
    'basin run assets/specs/iris.json --out runs/iris',
  ).action(async (file: string, options: TrainOptions & { out?: string; name?: string }) => {
    const terminal = terminalOf(options);
    const specification = readSpecification(file);
    // Device and data are looked at before a folder is made: a mistake leaves nothing behind.
    await chooseDevice(options.device ?? specification.device);
    const data = await loadDataset(specification.data);
    const { out, name } = options;
    const folder = createRun(specification, { data, ...(out !== undefined && { out }), ...(name !== undefined && { name }) });
    if (out !== undefined) rememberRun(folder);
    terminal.note(`Run folder: ${folder}`);
    await train(terminal, folder, { ...executeOptions(options), data });
  });

  example(
    program
      .command('resume')
      .description('go on with a run that was stopped, killed or has failed')
      .argument('<run>', 'its folder, id or name')
      .addOption(deviceOption())
      .addOption(threadsOption())
      .addOption(jsonOption()),
    'basin resume runs/iris',
  ).action(async (named: string, options: TrainOptions) => {
    const terminal = terminalOf(options);
    const { folder } = resolveRun(named);
    await train(terminal, folder, executeOptions(options));
  });
}

function executeOptions({ device, threads }: TrainOptions): ExecuteOptions {
  return { ...(device !== undefined && { device }), threads: threads ?? readSettings().threads };
}

/** Trains with a bar; Ctrl-C stops with a checkpoint. */
async function train(terminal: Terminal, folder: string, options: ExecuteOptions): Promise<void> {
  const { signal, release } = interruptSignal();
  const bar = progressOf(terminal, folder);
  try {
    const outcome = await executeRun(folder, { ...options, signal, onEvent: bar.tell });
    bar.end();
    report(terminal, outcome);
  } finally {
    bar.end();
    release();
  }
}

function progressOf(terminal: Terminal, folder: string): { tell: NonNullable<ExecuteOptions['onEvent']>; end(): void } {
  let bar: ReturnType<Terminal['progress']> | undefined;
  let loss = NaN;
  let step = 0;
  let validation = '';
  return {
    tell(event) {
      if (event.kind === 'steps') {
        loss = event.records.at(-1)?.loss ?? loss;
        step = event.records.at(-1)?.step ?? step;
      } else if (event.kind === 'epochs') {
        const parts = event.records.at(-1)?.parts;
        const [metric] = Object.entries(parts?.['validation'] ?? parts?.['train'] ?? {}).filter(([name]) => name !== 'loss');
        if (metric) validation = `, ${metric[0]} ${number(metric[1])}`;
      } else if (event.kind === 'speed') {
        bar ??= terminal.progress('Training', readRunFile(folder).progress?.steps ?? 1);
        bar.update(step, { text: `loss ${number(loss)}${validation}`, remainingSeconds: event.remainingSeconds });
      }
    },
    end() {
      bar?.end();
      bar = undefined;
    },
  };
}

function report(terminal: Terminal, { folder, file }: RunOutcome): void {
  const { state, id, name, results, best, progress, device, parameters } = file;
  if (state === 'stopped') terminal.note(`Stopped at step ${progress?.step} of ${progress?.steps}. To go on: basin resume ${folder}`);
  terminal.result({ id, name, folder, state, device: device?.id, parameters, progress, best, results }, () => {
    if (!results) return `${name}: ${state}, ${folder}`;
    const parts = Object.keys(results.parts);
    const rows = [...new Set(parts.flatMap((part) => Object.keys(results.parts[part] ?? {})))];
    return [
      `${name}: ${state} after ${number(progress?.epoch ?? 0)} epochs, ${parameters} parameters, ${results.checkpoint} weights`,
      '',
      ...table(['', ...parts], rows.map((row) => [row, ...parts.map((part) => results.parts[part]?.[row] ?? NaN)])),
      '',
      folder,
    ];
  });
}
