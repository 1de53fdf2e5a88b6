import { UserError } from '#core/graph';
import type { RunFile } from '../folder/run-file';
import { describeIssues, specificationError } from './issues';
import { runSpecificationSchema, type RunSpecification } from './schema';

/** The specification that a run folder holds. @throws UserError when it was edited into something else */
export function storedSpecification({ specification, name }: RunFile): RunSpecification {
  const parsed = runSpecificationSchema.safeParse(specification);
  if (parsed.success) return parsed.data;
  const error = specificationError(`The specification of run "${name}"`, describeIssues(parsed.error, specification));
  throw new UserError(error.code, error.message, { hint: 'It was written by another version of Basin, or changed by hand.' });
}
