import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ContenderName } from './frame/case';
import { countProcessorTime } from './frame/clock';
import { writeDocuments } from './frame/document';
import { type Result, resultText } from './frame/record';
import { type Suite, suites } from './suites';

/** The number of threads that the plan's figures are for. */
const THREADS = '2';

const usage = (): string => `usage: npm run bench -- [SUITE ...] [--case NAME ...] [--json] [options]
suites: ${suites.map(({ name }) => name).join(', ')} (none named: all); profile: where a step's time goes

  --case NAME      this case only (may be given more than once)
  --json           one array of results on standard output, nothing else
  --device ID      Basin's device, and the peers' where they have it (default cpu)
  --threads N      threads of each program (default ${THREADS})
  --alone          Basin alone, without its peers
  --quick          a third of the rounds
  --processor-time count this process's processor time instead of the clock's, for a busy machine: of suites that run in this process (estimate), with --threads 1
  --samples FILE   writes every sample that was timed, as JSON
  --write          writes the results to docs/benchmarks and the table in the README`;

export async function main(args: string[], { root, built }: { root: string; built: string }): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      case: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
      device: { type: 'string', default: 'cpu' },
      threads: { type: 'string', default: THREADS },
      alone: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      'processor-time': { type: 'boolean', default: false },
      samples: { type: 'string' },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage());
    return 0;
  }
  const chosen = choose(positionals, values.case);
  if (typeof chosen === 'string') {
    console.error(`${chosen}\n\n${usage()}`);
    return 1;
  }
  if (values['processor-time']) countProcessorTime();
  const all: { suite: string; case: string; samples: Readonly<Partial<Record<ContenderName, readonly number[]>>> }[] = [];
  const options = {
    root,
    built,
    threads: Number(values.threads),
    device: values.device,
    alone: values.alone,
    quick: values.quick,
    onSamples: (suite: string, name: string, samples: Readonly<Partial<Record<ContenderName, readonly number[]>>>) => void all.push({ suite, case: name, samples }),
  };
  const results: Result[] = [];
  let failures = 0;
  for (const { suite, cases } of chosen) {
    for (const name of cases) {
      try {
        const found = await suite.run(name, options);
        results.push(...found);
        if (!values.json) for (const result of found) console.log(resultText(result));
      } catch (error) {
        // One case that fails must not lose the minutes that the others took.
        failures += 1;
        console.error(`${suite.name}/${name} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  if (values.samples !== undefined) writeFileSync(values.samples, JSON.stringify(all));
  if (values.write) writeDocuments(root, results);
  if (values.json) console.log(JSON.stringify(results, null, 2));
  return failures === 0 ? 0 : 1;
}

/** The suites and cases that were asked for, or what is wrong with the question. */
function choose(names: readonly string[], cases: readonly string[] | undefined): { suite: Suite; cases: readonly string[] }[] | string {
  const stranger = names.find((name) => !suites.some((suite) => suite.name === name));
  if (stranger !== undefined) return `there is no suite ${stranger}`;
  const chosen = suites.filter(({ name }) => names.length === 0 || names.includes(name));
  const known = new Set(chosen.flatMap((suite) => suite.cases));
  const unknown = cases?.find((name) => !known.has(name));
  if (unknown !== undefined) return `there is no case ${unknown}; cases: ${[...known].join(', ')}`;
  return chosen.map((suite) => ({ suite, cases: suite.cases.filter((name) => cases?.includes(name) ?? true) }));
}
