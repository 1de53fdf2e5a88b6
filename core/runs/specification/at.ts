import { UserError } from '#core/graph';
import { SpecificationMistake } from './mistake';

/** Names the field that an error of a block is about. */
export function at<T>(path: (string | number)[], build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, message, hint } = error;
    throw new SpecificationMistake('The specification', [{ path, message, ...(hint !== undefined && { hint }) }], { code, cause: error });
  }
}
