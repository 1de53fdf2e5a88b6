import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type as system } from 'node:os';

/** The machine in a line: processor, cores, memory, system. */
export function machineText(): string {
  const cores = availableParallelism();
  return `${cpus()[0]?.model.trim() ?? process.arch}, ${cores} core${cores === 1 ? '' : 's'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${systemName()}`;
}

function systemName(): string {
  const file = '/etc/os-release';
  const pretty = existsSync(file) ? /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
  return pretty ?? `${system()} ${release()}`;
}
