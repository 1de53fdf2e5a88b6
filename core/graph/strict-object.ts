import { z } from 'zod';
import { suggestion } from './nearest';

/**
 * A zod object that takes no unknown field; a misspelt one is an error that names the nearest field:
 * `unknown field "learningrate": did you mean "learningRate"?`.
 */
export function strictObject<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const fields = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `unknown field "${key}": ${suggestion(key, fields)}`).join('; ')
      : undefined,
  });
}
