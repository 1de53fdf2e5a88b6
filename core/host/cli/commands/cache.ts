import { type Command, Option } from 'commander';
import { changeSettings, readSettings } from '#core/runs';
import { clearKeptPrograms, keptProgramsSize } from '../../kept-programs';
import { example, jsonOption, terminalOf } from '../options';
import { size } from '../terminal';

interface CacheOptions {
  clear?: boolean;
  on?: boolean;
  off?: boolean;
  json?: boolean;
}

export function addCache(program: Command): void {
  example(
    program
      .command('cache')
      .description('say what the compiled programs take that are kept to start sooner; remove them, or keep none')
      .option('--clear', 'remove them')
      .addOption(new Option('--on', 'keep programs from now on').conflicts('off'))
      .option('--off', 'keep none from now on')
      .addOption(jsonOption()),
    'basin cache --clear',
  ).action((options: CacheOptions) => {
    if (options.on || options.off) changeSettings({ keepPrograms: options.on === true });
    if (options.clear) clearKeptPrograms();
    const { keepPrograms } = readSettings();
    const kept = keptProgramsSize();
    terminalOf(options).result({ keepPrograms, ...kept }, () =>
      `${kept.programs} compiled ${kept.programs === 1 ? 'program' : 'programs'}, ${size(kept.bytes)} of at most ${size(kept.limit)}, in ${kept.folder}${keepPrograms ? '' : '\nPrograms are not kept (basin cache --on keeps them).'}`);
  });
}
