// The command line. Started by bin/basin.mjs and by the packaged program.
import { Command, CommanderError } from 'commander';
import { versions } from '#core/runs';
import { keepProgramsAsSet } from '../kept-programs';
import { addBlocks } from './commands/blocks';
import { addCache } from './commands/cache';
import { addCompare } from './commands/compare';
import { addCurvature } from './commands/curvature';
import { addData } from './commands/data';
import { addDevices } from './commands/devices';
import { addEval } from './commands/eval';
import { addExport } from './commands/export';
import { addGenerate } from './commands/generate';
import { addGraph } from './commands/graph';
import { addInspect } from './commands/inspect';
import { addList } from './commands/list';
import { addMeasures } from './commands/measures';
import { addMembers } from './commands/members';
import { addPath } from './commands/path';
import { addPredict } from './commands/predict';
import { addRun } from './commands/run';
import { addServe } from './commands/serve';
import { addSharpness } from './commands/sharpness';
import { addSurface } from './commands/surface';
import { describeFailure } from './failure';

const program = new Command('basin')
  .description('Train networks on your own data and look at the valley they landed in.')
  .version(versions().basin, '-V, --version', 'print the version')
  .helpOption('-h, --help', 'print help')
  .helpCommand('help [command]', 'print help for a command')
  .showHelpAfterError('(`--help` shows what there is)')
  .addHelpText('after', '\nExit codes: 0 done, 1 something to mend on your side, 2 a fault of Basin.\nWith --json every command prints exactly one JSON document on standard output.')
  .exitOverride();

for (const add of [addData, addInspect, addRun, addEval, addPredict, addGenerate, addSurface, addPath, addCurvature, addSharpness, addExport, addGraph, addDevices, addServe, addList, addMembers, addMeasures, addCompare, addBlocks, addCache]) add(program);
settle(program);

/** Every command throws instead of leaving by itself, so that all ends are the same. */
function settle(command: Command): void {
  for (const child of command.commands) {
    child.exitOverride().helpOption('-h, --help', 'print help').showHelpAfterError('(`--help` shows what there is)');
    settle(child);
  }
}

keepProgramsAsSet();
try {
  await program.parseAsync();
} catch (error) {
  const { code, document, text } = describeFailure(error);
  const json = process.argv.includes('--json');
  if (code !== 0 && json) process.stdout.write(`${JSON.stringify(document)}\n`);
  if (text !== '') process.stderr.write(`${text}\n`);
  else if (!(error instanceof CommanderError)) throw error;
  process.exitCode = code;
}
