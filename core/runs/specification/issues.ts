import { UserError } from '#core/graph';
import type { z } from 'zod';

/** One thing that is wrong with a specification, and where. */
export interface SpecificationIssue {
  path: (string | number)[];
  message: string;
  hint?: string;
}

/** What a schema found, in words: the field's place, the rule, and the value that broke it. */
export function describeIssues(error: z.ZodError, input: unknown): SpecificationIssue[] {
  return error.issues.flatMap((issue) => flatten(issue, [], input));
}

type Issue = z.core.$ZodIssue;

const missing = 'is missing';

function flatten(issue: Issue, above: (string | number)[], input: unknown): SpecificationIssue[] {
  const path = [...above, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  // Of a union whose branches all failed, the branch that came furthest tells what was meant.
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const value = valueAt(input, path);
    const wanted = issue.errors.map(([only, ...more]) => (only === undefined || more.length > 0 || only.path.length > 0 || value === undefined ? undefined : wantedInWords(only)));
    if (wanted.every((each) => each !== undefined)) return [{ path, message: `must be ${[...new Set(wanted)].join(' or ')}, got ${short(value)}` }];
    const branches = issue.errors.map((errors) => errors.flatMap((each) => flatten(each, path, input)));
    const [furthest] = branches.sort((a, b) => depth(b) - depth(a) || a.length - b.length);
    // Where every branch only lacks what makes it that branch, the union's own words say what is wanted.
    const nothingMeant = branches.every((branch) => branch.every(({ message }) => message === missing));
    if (furthest && furthest.length > 0 && !(nothingMeant && issue.message !== 'Invalid input')) return furthest;
  }
  return [{ path, message: sentence(issue, valueAt(input, path)) }];
}

const depth = (issues: SpecificationIssue[]): number => Math.max(0, ...issues.map(({ path }) => path.length));

/** zod's rules in words; what a schema itself has put into words stays. */
function sentence(issue: Issue, value: unknown): string {
  const got = value === undefined ? '' : `, got ${short(value)}`;
  switch (issue.code) {
    case 'too_small':
      if (issue.origin === 'number' || issue.origin === 'int') return `must be ${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}${got}`;
      if (issue.origin === 'array') return `needs at least ${issue.minimum} ${issue.minimum === 1 ? 'entry' : 'entries'}`;
      if (issue.origin === 'string') return 'must not be empty';
      return issue.message;
    case 'too_big':
      if (issue.origin === 'number' || issue.origin === 'int') return `must be ${issue.inclusive ? 'at most' : 'below'} ${issue.maximum}${got}`;
      return issue.message;
    case 'invalid_type':
      if (value === undefined) return missing;
      return `must be ${wantedInWords(issue)}${got}`;
    case 'invalid_value':
      return `must be ${wantedInWords(issue)}${got}`;
    default:
      return issue.message;
  }
}

/** What a value of another kind should have been: `a number`, `"all"`; of other rules `undefined`. */
function wantedInWords(issue: Issue): string | undefined {
  if (issue.code === 'invalid_type') return kindInWords(issue.expected);
  return issue.code === 'invalid_value' ? issue.values.map((each) => JSON.stringify(each)).join(' or ') : undefined;
}

function kindInWords(expected: string): string {
  const words: Record<string, string> = {
    int: 'a whole number', number: 'a number', string: 'text', boolean: 'true or false', array: 'a list', object: 'an object', record: 'an object',
  };
  return words[expected] ?? expected;
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function valueAt(input: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[part] : undefined),
    input,
  );
}

/** `optimizer.learningRate`, `model.stages[2].filters`. */
export function pathInWords(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : /[.[]/.test(part) ? `${text}["${part}"]` : `${text}.${part}`), '');
}

/** The issues of a specification as one error; `what` names the file or says "the specification". */
export function specificationError(what: string, issues: readonly SpecificationIssue[]): UserError {
  const lines = issues.map(({ path, message }) => (path.length > 0 ? `${pathInWords(path)}: ${message}` : message));
  const message = lines.length === 1 ? `${what}: ${lines[0]}` : `${what}: ${lines.length} mistakes\n${lines.map((line) => `  ${line}`).join('\n')}`;
  const hint = issues.find((issue) => issue.hint !== undefined)?.hint;
  return new UserError('spec.invalid', message, hint === undefined ? {} : { hint });
}
