import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

/** A graphics card as the system describes it. */
export interface Card {
  readonly name: string;
  /** Its own memory in bytes, where the system knows it. */
  readonly memory?: number;
  readonly driver?: string;
}

/** What is asked of the system; tests put descriptions in its place. */
export interface Machine {
  readonly platform: string;
  /** A program's output, `undefined` if it is not there or fails. */
  run(program: string, args: readonly string[]): Promise<string | undefined>;
  exists(file: string): boolean;
  list(folder: string): string[];
  read(file: string): string;
}

/** Graphics cards of this machine, best known first: NVIDIA's own tool, then what the system knows. */
export async function graphicsCards(machine: Machine = here): Promise<Card[]> {
  const nvidia = await nvidiaCards(machine);
  if (nvidia.length > 0) return nvidia;
  if (machine.platform === 'darwin') return appleCards(machine);
  if (machine.platform === 'win32') return windowsCards(machine);
  return linuxCards(machine);
}

async function nvidiaCards({ run }: Machine): Promise<Card[]> {
  const out = await run('nvidia-smi', ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader,nounits']);
  return (out ?? '').split('\n').flatMap((line) => {
    const [name, mebibytes, driver] = line.split(',').map((part) => part.trim());
    return name && driver ? [{ name, memory: Number(mebibytes) * 2 ** 20, driver }] : [];
  });
}

async function appleCards({ run }: Machine): Promise<Card[]> {
  const out = await run('system_profiler', ['SPDisplaysDataType', '-json']);
  const found = parse(out) as { SPDisplaysDataType?: { sppci_model?: string; spdisplays_vram?: string }[] } | undefined;
  return (found?.SPDisplaysDataType ?? []).map(({ sppci_model: name = 'GPU', spdisplays_vram: memory }) => {
    const size = /(\d+)\s*(GB|MB)/.exec(memory ?? '');
    return { name, ...(size && { memory: Number(size[1]) * (size[2] === 'GB' ? 2 ** 30 : 2 ** 20) }) };
  });
}

/** Windows reports memory in 32 bits, so 4 GB and more are not known by it. */
async function windowsCards({ run }: Machine): Promise<Card[]> {
  const command = 'Get-CimInstance Win32_VideoController | Select-Object Name,AdapterRAM,DriverVersion | ConvertTo-Json -Compress';
  const found = parse(await run('powershell', ['-NoProfile', '-Command', command]));
  const list = (Array.isArray(found) ? found : found === undefined ? [] : [found]) as { Name?: string; AdapterRAM?: number; DriverVersion?: string }[];
  return list.map(({ Name = 'GPU', AdapterRAM: memory, DriverVersion: driver }) => ({
    name: Name,
    ...(memory !== undefined && memory > 0 && memory < 2 ** 32 - 2 ** 21 ? { memory } : {}),
    ...(driver ? { driver } : {}),
  }));
}

const vendors: Readonly<Record<string, string>> = { '0x1002': 'AMD', '0x10de': 'NVIDIA', '0x8086': 'Intel', '0x13b5': 'ARM', '0x5143': 'Qualcomm' };

function linuxCards({ exists, list, read }: Machine): Card[] {
  const root = '/sys/class/drm';
  if (!exists(root)) return [];
  return list(root).filter((entry) => /^card\d+$/.test(entry)).flatMap((entry) => {
    const device = path.posix.join(root, entry, 'device');
    const value = (file: string): string | undefined => (exists(`${device}/${file}`) ? read(`${device}/${file}`).trim() : undefined);
    const vendor = value('vendor');
    if (vendor === undefined) return [];
    const memory = Number(value('mem_info_vram_total') ?? 0);
    return [{ name: `${vendors[vendor] ?? vendor} GPU ${value('device') ?? ''}`.trim(), ...(memory > 0 ? { memory } : {}) }];
  });
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    // Another output than was asked for tells nothing.
    return undefined;
  }
}

const here: Machine = {
  platform: process.platform,
  exists: existsSync,
  list: (folder) => readdirSync(folder),
  read: (file) => readFileSync(file, 'utf8'),
  async run(program, args) {
    try {
      return (await promisify(execFile)(program, args, { timeout: 5000, windowsHide: true })).stdout;
    } catch {
      // Not installed, or it does not answer: the card's name is not worth more.
      return undefined;
    }
  },
};
