import { os } from '@orpc/server';
import type { DataSpecification, PreparedDataset } from '#core/data';
import { UserError } from '#core/graph';
import {
  chooseDevice, composePopulation, composeRun, describeIssues, estimatePopulation, estimateTraining, populationFlops, proposeRun, resolveSpecification, runSpecificationSchema,
  SpecificationMistake, stepCost, withAbsolutePaths, type RunSpecification, type SpecificationIssue,
} from '#core/runs';
import type { SpecificationCheck } from '../contract';
import { given } from './given';
import { datasetOf } from './sources';

/** Questions about specifications. */
export const specificationWork = {
  check: os.input(given<{ specification: unknown; threads: number }>()).handler(({ input }) => check(input.specification, input.threads)),
  propose: os.input(given<{ data: DataSpecification }>()).handler(async ({ input }) => proposeRun(input.data, await datasetOf(input.data))),
};

async function check(given: unknown, threads: number): Promise<SpecificationCheck> {
  const parsed = runSpecificationSchema.safeParse(given);
  if (!parsed.success) return { ok: false, issues: describeIssues(parsed.error, given) };
  const specification = withAbsolutePaths(parsed.data, process.cwd());
  try {
    const data = await at(['data'], () => datasetOf(specification.data));
    if (specification.population !== undefined) return await checkPopulation(specification, data, threads);
    const parts = composeRun(specification, data);
    const device = await at(['device'], () => chooseDevice(specification.device, () => stepCost(parts).flops));
    const estimate = await estimateTraining(parts, { device: device.id, threads });
    const { notes } = parts.model;
    return { ok: true, issues: [], resolved: parts.specification, parameters: parts.parameters, ...(notes && { notes: [...notes] }), estimate };
  } catch (error) {
    if (error instanceof SpecificationMistake) return { ok: false, issues: [...error.issues] };
    if (error instanceof UserError) return { ok: false, issues: [issueOf([], error)] };
    throw error;
  }
}

/** A population whose members fit, with what all of them cost. */
async function checkPopulation(specification: RunSpecification, data: PreparedDataset, threads: number): Promise<SpecificationCheck> {
  const parts = composePopulation(specification, data);
  const device = await at(['device'], () => chooseDevice(specification.device, () => populationFlops(parts)));
  const estimate = await estimatePopulation(parts, { device: device.id, threads });
  return {
    ok: true, issues: [], resolved: resolveSpecification(specification, data), parameters: parts.combinations[0]!.parameters, members: parts.members.length, estimate,
  };
}

async function at<T>(path: string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new SpecificationMistake('The specification', [issueOf(path, error)]);
  }
}

const issueOf = (path: string[], { message, hint }: UserError): SpecificationIssue => ({ path, message, ...(hint !== undefined && { hint }) });
