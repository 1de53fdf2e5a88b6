/**
 * What a form needs to know of a JSON Schema (draft 2020-12, as zod writes it). The catalogue's entries carry `label`,
 * `unit`, `scale` and `advanced` beside the standard words, and `slot` where one of the slot's entries stands.
 */
export type JsonSchema = Record<string, unknown>;

export type Shape =
  | NumberShape
  | { kind: 'choice'; options: readonly Plain[] }
  | { kind: 'boolean' }
  | { kind: 'text'; minimum?: number; maximum?: number }
  | { kind: 'constant'; value: Plain }
  | { kind: 'object'; fields: readonly Field[] }
  | { kind: 'list'; item: Shape; least: number; most: number }
  | VariantsShape
  | { kind: 'optional'; inner: Shape }
  | { kind: 'either'; options: readonly Shape[] }
  | { kind: 'any' };

export type Plain = string | number | boolean | null;

export interface NumberShape {
  kind: 'number';
  integer: boolean;
  minimum?: number;
  maximum?: number;
  /** the bound itself is not allowed */
  openMinimum?: boolean;
  openMaximum?: boolean;
  scale: 'linear' | 'log';
}

/** One of several kinds of thing, told apart by a field that names it: `{ "use": "adam", ... }`, `{ "stage": "conv" }`. */
export interface VariantsShape {
  kind: 'variants';
  /** the naming field: `use`, `stage` */
  by: string;
  variants: readonly Variant[];
  /** the bare name may stand for a thing with all its defaults */
  short: boolean;
  /** folder of the catalogue the entries are from */
  slot?: string;
}

export interface Variant {
  name: string;
  title: string;
  help: string;
  fields: readonly Field[];
}

export interface Field {
  name: string;
  label: string;
  help: string;
  unit: string;
  /** folded away at first */
  advanced: boolean;
  /** taken where the specification says nothing; `undefined`: it must be given or may be left out */
  default: unknown;
  shape: Shape;
}
