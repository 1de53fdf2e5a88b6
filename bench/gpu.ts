import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bestGpu, type DeviceInfo, deviceIds, findDevice } from '#core/runtime';
import type { CompareOptions } from './frame/compare';
import { machineText } from './frame/machine';
import { contenderTitles, figure, peersOf, resultText } from './frame/record';
import type { Comparison } from './suites/comparison';
import { eigen } from './suites/eigen';
import { largePopulations, population } from './suites/population';
import { step } from './suites/step';
import { surface } from './suites/surface';

/** What is timed on a card: suites of the usual benchmark, and populations that only a card makes worth while. */
const chosen: readonly Comparison[] = [step, population, surface, eigen, largePopulations];
/** A software adapter compiles and computes slowly: seconds that it may take for a case. */
const SOFTWARE_PATIENCE = 1800;

/** A line of the page, and what was computed with. */
interface Row {
  readonly cells: readonly [title: string, basin: string, peers: string];
  readonly versions: Readonly<Record<string, string>>;
}

/** `npm run bench:gpu`: everything of docs/benchmarks/gpu.md on this machine's card. */
export async function main(args: string[], { root, built }: { root: string; built: string }): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { device: { type: 'string' }, case: { type: 'string', multiple: true }, quick: { type: 'boolean', default: false }, software: { type: 'boolean', default: false } },
  });
  const id = deviceIds.find((known) => known === values.device);
  const device = id === undefined ? await bestGpu() : await findDevice(id);
  if (device?.usable !== true || (device.software === true && !values.software)) {
    console.error(device?.software === true
      ? 'Only a software adapter is here: its times say nothing. --software runs it for correctness.'
      : `No GPU can be used${device?.reason === undefined ? '' : `: ${device.reason}`}. \`npx basin devices\` lists the reasons.`);
    return 1;
  }
  const rows: Row[] = [];
  const failures: string[] = [];
  const options: CompareOptions = { root, built, threads: 2, device: device.id, alone: false, quick: values.quick };
  for (const suite of chosen) {
    for (const name of suite.cases.filter((known) => values.case?.includes(`${suite.name}/${known}`) ?? true)) {
      try {
        const row = device.software === true ? await agreement(suite, name, options) : await timing(suite, name, options);
        rows.push(row);
        console.log(`${suite.name}/${name}: ${row.cells.slice(1).join('; ')}`);
      } catch (error) {
        failures.push(`${suite.name}/${name}: ${error instanceof Error ? error.message : String(error)}`);
        console.error(failures.at(-1));
      }
    }
  }
  const folder = path.join(root, 'docs/benchmarks');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'gpu.md'), page(device, rows, failures));
  return failures.length === 0 ? 0 : 1;
}

async function timing(suite: Comparison, name: string, options: CompareOptions): Promise<Row> {
  const result = (await suite.run(name, options))[0]!;
  console.log(resultText(result));
  const peers = peersOf(result).map((peer) => `${contenderTitles[peer]} ${figure(result.peers[peer]!)} (${figure(result.ratio[peer]!)}x)`).join('; ');
  return { cells: [result.title, `${figure(result.basin)} ${result.unit}`, peers || '-'], versions: result.versions };
}

async function agreement(suite: Comparison, name: string, options: CompareOptions): Promise<Row> {
  const { title, numbers, difference, versions } = await suite.agree(name, { ...options, patience: SOFTWARE_PATIENCE });
  return { cells: [title, `${numbers} numbers`, difference.toExponential(1)], versions };
}

function page(device: DeviceInfo, rows: readonly Row[], failures: readonly string[]): string {
  const software = device.software === true;
  const gigabytes = device.memory === undefined ? '' : `, ${(device.memory / 2 ** 30).toFixed(0)} GiB`;
  const facts = [device.name + gigabytes, ...Object.entries(device.details).map(([name, value]) => `${name} ${value}`), machineText()];
  const versions = Object.entries(Object.assign({}, ...rows.map((row) => row.versions)) as Record<string, string>).map(([name, value]) => `${name} ${value}`);
  const caveat = software
    ? '**No GPU was available to whoever wrote this page.** The suite ran on a software WebGPU adapter, on the processor, for correctness only: '
      + 'the numbers that each case computes (losses of the first steps, eigenvalues, points of the surface), against PyTorch on the processor. Its times would say nothing about a card; whoever has a card fills the table with the command above.'
    : 'Absolute times, medians. A ratio above 1 means that Basin is faster than PyTorch with CUDA on the same card.';
  const head = software ? ['| case | compared | largest relative difference |', '| --- | --- | --- |'] : ['| case | Basin | peers |', '| --- | --- | --- |'];
  return `${['# Benchmarks on a GPU', '```sh\nnpm run bench:gpu                  # the best card; --device webgpu|cuda|dml|coreml names one\n```', caveat, `${facts.join('; ')}.`, `${versions.join(', ')}.`,
    [...head, ...rows.map(({ cells }) => `| ${cells.join(' | ')} |`)].join('\n'), ...(failures.length === 0 ? [] : [`Not done:\n\n${failures.map((line) => `- ${line}`).join('\n')}`])].join('\n\n')}\n`;
}
