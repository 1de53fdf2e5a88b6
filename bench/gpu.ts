import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bestGpu, type DeviceInfo, deviceIds, findDevice } from '#core/runtime';
import { machineText } from './frame/machine';
import { contenderTitles, figure, peersOf, type Result, resultText } from './frame/record';
import { suites } from './suites';
import { largePopulations } from './suites/population';

/** What is timed on a card: suites of the usual benchmark, and populations that only a card makes worth while. */
const chosen = [...suites.filter(({ name }) => ['step', 'population', 'surface', 'eigen'].includes(name)), largePopulations];

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
  const results: Result[] = [];
  const failures: string[] = [];
  for (const suite of chosen) {
    for (const name of suite.cases.filter((known) => values.case?.includes(`${suite.name}/${known}`) ?? true)) {
      try {
        results.push(...(await suite.run(name, { root, built, threads: 2, device: device.id, alone: false, quick: values.quick })));
        console.log(resultText(results.at(-1)!));
      } catch (error) {
        failures.push(`${suite.name}/${name}: ${error instanceof Error ? error.message : String(error)}`);
        console.error(failures.at(-1));
      }
    }
  }
  const folder = path.join(root, 'docs/benchmarks');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'gpu.md'), page(device, results, failures));
  return failures.length === 0 ? 0 : 1;
}

function page(device: DeviceInfo, results: readonly Result[], failures: readonly string[]): string {
  const gigabytes = device.memory === undefined ? '' : `, ${(device.memory / 2 ** 30).toFixed(0)} GiB`;
  const facts = [device.name + gigabytes, ...Object.entries(device.details).map(([name, value]) => `${name} ${value}`), machineText()];
  const versions = Object.entries(Object.assign({}, ...results.map((result) => result.versions)) as Record<string, string>).map(([name, value]) => `${name} ${value}`);
  const rows = results.map((result) => {
    const own = `${figure(result.basin)} ${result.unit}`;
    const peers = peersOf(result).map((name) => `${contenderTitles[name]} ${figure(result.peers[name]!)} (${figure(result.ratio[name]!)}x)`).join('; ');
    return `| ${result.suite} | ${result.title} | ${device.software === true ? (peers === '' ? 'computed, not compared' : 'agrees with PyTorch on the processor') : own} | ${device.software === true ? '-' : peers || '-'} |`;
  });
  const caveat = device.software === true
    ? '**No GPU was available to whoever wrote this page.** The suite ran on a software WebGPU adapter, on the processor, for correctness only: '
      + 'the check numbers of every case below (losses, eigenvalues) agree with PyTorch on the processor to 0.1 %, and its times would say nothing about a card. Whoever has a card fills the table with the command above.'
    : 'Absolute times, medians. A ratio above 1 means that Basin is faster than PyTorch with CUDA on the same card.';
  return `${['# Benchmarks on a GPU', '```sh\nnpm run bench:gpu                  # the best card; --device webgpu|cuda|dml|coreml names one\n```', caveat, `${facts.join('; ')}.`, `${versions.join(', ')}.`,
    ['| suite | case | Basin | peers |', '| --- | --- | --- | --- |', ...rows].join('\n'), ...(failures.length === 0 ? [] : [`Not done:\n\n${failures.map((line) => `- ${line}`).join('\n')}`])].join('\n\n')}\n`;
}
