import type { SpecificationIssue } from '#host-client';
import type { Component } from 'svelte';
import type { Shape } from './shape';

/** What every field of a form may ask for. */
export interface FormContext {
  /** unique on the page; the ids of the fields begin with it */
  id: string;
  issues: readonly SpecificationIssue[];
  /** draws any shape (ShapeInput); given here since shapes nest without end */
  input: Component<InputProps>;
  /** whether an entry of the catalogue fits this run; a reason, where it does not */
  refusal?: (slot: string, name: string) => string | undefined;
}

export type Path = readonly (string | number)[];

/** What the input of one value is given, whatever its shape. */
export interface InputProps {
  shape: Shape;
  value: unknown;
  /** the default: where a slider has its middle */
  fallback?: unknown;
  unit?: string;
  label: string;
  id: string;
  path: Path;
  form: FormContext;
  describedby?: string | undefined;
  invalid?: boolean;
  onchange: (value: unknown) => void;
}

/** Issues of exactly this field. */
export function issuesAt(issues: readonly SpecificationIssue[], path: Path): SpecificationIssue[] {
  return issues.filter((issue) => issue.path.length === path.length && startsWith(issue.path, path));
}

/** Issues of this field or of anything inside it. */
export function issuesUnder(issues: readonly SpecificationIssue[], path: Path): SpecificationIssue[] {
  return issues.filter((issue) => startsWith(issue.path, path));
}

function startsWith(path: Path, start: Path): boolean {
  return start.every((part, index) => String(path[index]) === String(part));
}

/** An element's id from its place: `f1-optimizer-learningRate`. */
export function fieldId(form: FormContext, path: Path): string {
  return [form.id, ...path].join('-').replace(/[^\w-]/g, '_');
}
