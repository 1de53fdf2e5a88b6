import type { Field, JsonSchema, NumberShape, Plain, Shape, Variant } from './shape';

/** Reads a JSON Schema as the shape of a form. What cannot be drawn becomes `any`, which is edited as JSON. */
export function readSchema(schema: JsonSchema): Shape {
  return read(schema, schema);
}

/** The fields of an object's schema, in the order written. */
export function readFields(schema: JsonSchema, root: JsonSchema = schema): Field[] {
  return Object.entries(record(schema.properties))
    .map(([name, property]) => readField(name, record(property), root));
}

function readField(name: string, written: JsonSchema, root: JsonSchema): Field {
  const schema = resolve(written, root);
  return {
    name,
    label: text(schema.label) ?? text(schema.title) ?? words(name),
    help: text(schema.description) ?? '',
    unit: text(schema.unit) ?? '',
    advanced: schema.advanced === true,
    default: schema.default,
    shape: read(schema, root),
  };
}

function read(written: JsonSchema, root: JsonSchema): Shape {
  const schema = resolve(written, root);
  if (isPlain(schema.const)) return { kind: 'constant', value: schema.const };
  if (Array.isArray(schema.enum)) return { kind: 'choice', options: schema.enum.filter(isPlain) };
  if (Array.isArray(schema.type)) return read({ ...schema, type: undefined, anyOf: schema.type.map((type) => ({ ...schema, type: type as unknown })) }, root);
  const options = schema.oneOf ?? schema.anyOf;
  if (Array.isArray(options)) return readUnion(schema, options.map((option) => resolve(record(option), root)), root);
  switch (schema.type) {
    case 'number':
    case 'integer':
      return readNumber(schema);
    case 'boolean':
      return { kind: 'boolean' };
    case 'string':
      return { kind: 'text', ...defined({ minimum: number(schema.minLength), maximum: number(schema.maxLength) }) };
    case 'array':
      return {
        kind: 'list',
        item: read(record(schema.items), root),
        least: number(schema.minItems) ?? 0,
        most: number(schema.maxItems) ?? Number.POSITIVE_INFINITY,
      };
    case 'object':
      return schema.properties === undefined ? { kind: 'any' } : { kind: 'object', fields: readFields(schema, root) };
    default:
      return { kind: 'any' };
  }
}

function readUnion(schema: JsonSchema, options: JsonSchema[], root: JsonSchema): Shape {
  const withoutNull = options.filter((option) => option.type !== 'null');
  if (withoutNull.length < options.length) {
    const [only] = withoutNull;
    if (!only) return { kind: 'constant', value: null };
    return { kind: 'optional', inner: withoutNull.length === 1 ? read(only, root) : readUnion(schema, withoutNull, root) };
  }
  const objects = options.filter((option) => option.type === 'object');
  const by = discriminator(objects);
  const short = options.length > objects.length;
  const shortNames = options.filter((option) => option.type === 'string').length === options.length - objects.length;
  if (by !== undefined && objects.length > 0 && (!short || shortNames)) {
    const variants = objects.map((option) => readVariant(option, by, root));
    return { kind: 'variants', by, variants, short, ...defined({ slot: text(schema.slot) }) };
  }
  if (options.length === 1) return read(options[0] ?? {}, root);
  const constants = options.map((option) => option.const);
  if (constants.every(isPlain)) return { kind: 'choice', options: constants };
  return { kind: 'either', options: options.map((option) => read(option, root)) };
}

function readVariant(option: JsonSchema, by: string, root: JsonSchema): Variant {
  const name = String(record(record(option.properties)[by]).const);
  return {
    name,
    title: text(option.title) ?? words(name),
    help: text(option.description) ?? '',
    fields: readFields(option, root).filter((field) => field.name !== by),
  };
}

/** The property that is a constant in every option and different in each. */
function discriminator(objects: JsonSchema[]): string | undefined {
  const [first] = objects;
  if (!first) return undefined;
  return Object.keys(record(first.properties)).find((name) => {
    const names = objects.map((option) => record(record(option.properties)[name]).const);
    return names.every((value) => typeof value === 'string') && new Set(names).size === names.length;
  });
}

function readNumber(schema: JsonSchema): NumberShape {
  const openMinimum = number(schema.exclusiveMinimum);
  const openMaximum = number(schema.exclusiveMaximum);
  const safe = (bound: number | undefined): number | undefined =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? bound : undefined;
  return {
    kind: 'number',
    integer: schema.type === 'integer',
    scale: schema.scale === 'log' ? 'log' : 'linear',
    ...defined({ minimum: safe(openMinimum ?? number(schema.minimum)), maximum: safe(openMaximum ?? number(schema.maximum)) }),
    ...(openMinimum === undefined ? {} : { openMinimum: true }),
    ...(openMaximum === undefined ? {} : { openMaximum: true }),
  };
}

/** Follows `#/$defs/...` references; words beside the reference win. */
function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const target = text(schema.$ref);
  if (target === undefined || !target.startsWith('#/')) return schema;
  const found = target
    .slice(2)
    .split('/')
    .reduce<unknown>((node, part) => record(node)[part.replaceAll('~1', '/').replaceAll('~0', '~')], root);
  const { $ref: _, ...beside } = schema;
  return { ...resolve(record(found), root), ...beside };
}

/** `labelSmoothing` as a person writes it: `Label smoothing`. */
export function words(name: string): string {
  const spaced = name.replace(/[-_]/g, ' ').replace(/([a-z0-9])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function record(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonSchema) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function isPlain(value: unknown): value is Plain {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function defined<T extends Record<string, unknown>>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
