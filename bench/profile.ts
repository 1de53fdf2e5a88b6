import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { prepareInBasin } from './contenders/basin/works';
import { makeInputs } from './frame/inputs';
import { stepCases } from './suites/step';

interface TraceEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: { readonly op_name?: string; readonly output_type_shape?: readonly Record<string, readonly number[]>[]; readonly input_type_shape?: readonly Record<string, readonly number[]>[] };
}

/** Where a training step's time goes, operator by operator, as ONNX Runtime's profiler sees it. */
export async function main(args: string[], { root }: { root: string }): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { case: { type: 'string', default: 'mlp' }, threads: { type: 'string', default: '2' }, steps: { type: 'string', default: '30' }, nodes: { type: 'string', default: '25' } },
  });
  const c = stepCases.find(({ name }) => name === values.case);
  if (c === undefined) throw new Error(`no case ${values.case}`);
  const folder = path.join(root, '.cache', 'profile');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const workload = await prepareInBasin(c, makeInputs(c), { device: 'cpu', threads: Number(values.threads), profile: path.join(folder, c.name) });
  for (let i = 0; i < Number(values.steps); i++) await workload.run();
  await workload.end();

  const events = JSON.parse(readFileSync(path.join(folder, readdirSync(folder)[0]!), 'utf8')) as TraceEvent[];
  const nodes = new Map<string, { op: string; shapes: string; times: number[] }>();
  for (const event of events) {
    if (event.cat !== 'Node' || !event.name.endsWith('_kernel_time')) continue;
    const shape = (list: readonly Record<string, readonly number[]>[] | undefined): string =>
      (list ?? []).map((entry) => `[${Object.values(entry)[0]!.join(',')}]`).join(' ');
    const shapes = `${shape(event.args?.input_type_shape)} -> ${shape(event.args?.output_type_shape)}`;
    const entry = nodes.get(event.name) ?? { op: event.args?.op_name ?? '?', shapes, times: [] };
    entry.times.push(event.dur);
    nodes.set(event.name, entry);
  }
  const rows = [...nodes.values()].map(({ op, shapes, times }) => ({ op, shapes, us: Math.min(...times) })).sort((a, b) => b.us - a.us);
  const perOp = new Map<string, { us: number; count: number }>();
  for (const { op, us } of rows) {
    const entry = perOp.get(op) ?? { us: 0, count: 0 };
    perOp.set(op, { us: entry.us + us, count: entry.count + 1 });
  }
  const total = rows.reduce((s, { us }) => s + us, 0);
  console.log(`${c.title}: ${(total / 1000).toFixed(2)} ms in ${rows.length} nodes (each at its fastest of ${values.steps} steps)\n`);
  for (const [op, { us, count }] of [...perOp].sort((a, b) => b[1].us - a[1].us)) {
    console.log(`${(us / 1000).toFixed(3).padStart(9)} ms ${((100 * us) / total).toFixed(1).padStart(5)} %  ${op} x ${count}`);
  }
  console.log('');
  for (const { op, shapes, us } of rows.slice(0, Number(values.nodes))) console.log(`${(us / 1000).toFixed(3).padStart(9)} ms  ${op} ${shapes}`);
  return 0;
}
