import { UserError } from '#core/graph';
import { specificationError, type SpecificationIssue } from './issues';

/** A specification that cannot be run, with the place of every mistake. */
export class SpecificationMistake extends UserError {
  readonly issues: readonly SpecificationIssue[];

  constructor(what: string, issues: readonly SpecificationIssue[], options: { code?: string; cause?: unknown } = {}) {
    const { code, message, hint } = specificationError(what, issues);
    super(options.code ?? code, message, { ...(hint !== undefined && { hint }), cause: options.cause });
    this.issues = issues;
  }
}
