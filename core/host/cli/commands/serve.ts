import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import open from 'open';
import { builtPath } from '../../assets';
import { startWebHost } from '../../serve/web-host';
import { interruptSignal } from '../interrupt';
import { example, jsonOption, terminalOf } from '../options';
import { InvalidArgumentError } from 'commander';

export function addServe(program: Command): void {
  example(
    program
      .command('serve')
      .description('serve the workbench to a browser on this machine')
      .option('--port <port>', 'port of 127.0.0.1; 0 takes a free one', port, 7878)
      .option('--no-open', 'print the address only')
      .addOption(jsonOption()),
    'basin serve --port 7878',
  ).action(async (options: { port: number; open: boolean; json?: boolean }) => {
    const terminal = terminalOf(options);
    const { signal, release } = interruptSignal();
    const host = await startWebHost({
      port: options.port,
      page: dirname(builtPath(join('renderer', 'index.html'))),
      engine: builtPath(join('engine', 'engine.js')),
      report: (line) => terminal.note(line),
    });
    terminal.result({ url: host.url, port: host.port }, () => [
      `Basin is at ${host.url}`,
      'The address works once, in one browser. On another machine: ssh -L ' + `${host.port}:127.0.0.1:${host.port} HOST, then the same address.`,
      'Ctrl-C ends it; trainings stop with a checkpoint.',
    ]);
    if (options.open) await open(host.url);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await host.close();
    release();
  });
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
  return value;
}
