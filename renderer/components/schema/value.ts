import type { Field, Shape, Variant, VariantsShape } from './shape';

/** A plain JSON record. */
export type Document = Record<string, unknown>;

export function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The name of the variant that a value is, in its long or short form. */
export function variantName(shape: VariantsShape, value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const name = isDocument(value) ? value[shape.by] : undefined;
  return typeof name === 'string' ? name : undefined;
}

export function variantOf(shape: VariantsShape, value: unknown): Variant | undefined {
  const name = variantName(shape, value);
  return shape.variants.find((variant) => variant.name === name);
}

/** A value as a record: the short form `"adam"` as `{ use: 'adam' }`. */
export function longForm(shape: VariantsShape, value: unknown): Document {
  return isDocument(value) ? value : { [shape.by]: variantName(shape, value) };
}

/** A variant chosen anew: fields of the same name and kind that were set before are kept, if the variant has them. */
export function chooseVariant(shape: VariantsShape, name: string, before: unknown): unknown {
  const next = shape.variants.find((variant) => variant.name === name);
  const kept = isDocument(before) && next
    ? Object.fromEntries(Object.entries(before).filter(([field, value]) => keeps(next.fields, field, value)))
    : {};
  const chosen = { [shape.by]: name, ...kept };
  return shape.short && typeof before === 'string' && Object.keys(kept).length === 0 ? name : chosen;
}

/** Only choices that mean the same everywhere: numbers such as a learning rate belong to the method they were chosen for. */
function keeps(fields: readonly Field[], name: string, value: unknown): boolean {
  const field = fields.find((candidate) => candidate.name === name);
  return field?.shape.kind === 'variants' && variantOf(field.shape, value) !== undefined;
}

/** What a new element of a list, or an option just switched on, begins with. */
export function freshValue(shape: Shape): unknown {
  switch (shape.kind) {
    case 'number': {
      const low = shape.minimum ?? 0;
      return shape.openMinimum ? (shape.integer ? low + 1 : (low + (shape.maximum ?? low + 1)) / 2) : low;
    }
    case 'choice':
      return shape.options[0] ?? null;
    case 'boolean':
      return false;
    case 'text':
      return '';
    case 'constant':
      return shape.value;
    case 'object':
      return Object.fromEntries(
        shape.fields.filter((field) => field.default === undefined && field.shape.kind !== 'optional').map((field) => [field.name, freshValue(field.shape)]),
      );
    case 'list':
      return Array.from({ length: shape.least }, () => freshValue(shape.item));
    case 'variants':
      return { [shape.by]: shape.variants[0]?.name ?? '' };
    case 'optional':
      return null;
    case 'either':
      return shape.options[0] ? freshValue(shape.options[0]) : null;
    case 'any':
      return null;
  }
}

/** Which of the alternatives a value is, by its type; the first one when none fits. */
export function alternativeOf(options: readonly Shape[], value: unknown): number {
  const index = options.findIndex((option) => fits(option, value));
  return Math.max(0, index);
}

function fits(shape: Shape, value: unknown): boolean {
  switch (shape.kind) {
    case 'number':
      return typeof value === 'number';
    case 'choice':
      return shape.options.some((option) => option === value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'text':
      return typeof value === 'string';
    case 'constant':
      return shape.value === value;
    case 'object':
    case 'variants':
      return isDocument(value) || (shape.kind === 'variants' && variantOf(shape, value) !== undefined);
    case 'list':
      return Array.isArray(value);
    case 'optional':
      return value === null || fits(shape.inner, value);
    case 'either':
      return shape.options.some((option) => fits(option, value));
    case 'any':
      return true;
  }
}

/** `value` with `name` set; `undefined` takes the field away, so that its default holds. */
export function withField(value: unknown, name: string, next: unknown): Document {
  const { [name]: _, ...others } = isDocument(value) ? value : {};
  if (next === undefined) return others;
  // An edit keeps a field's place, so that the text beside the form does not jump.
  return isDocument(value) && name in value
    ? Object.fromEntries(Object.entries(value).map(([key, old]) => [key, key === name ? next : old]))
    : { ...others, [name]: next };
}

/**
 * Whether a value says the same as the default: fields left out hold their defaults, and the bare name of a block is the
 * block with all of its.
 */
export function isDefault(shape: Shape, value: unknown, fallback: unknown): boolean {
  if (shape.kind === 'optional') return value === fallback || (value !== null && fallback !== null && isDefault(shape.inner, value, fallback));
  if (shape.kind === 'variants') {
    const variant = variantOf(shape, value);
    if (!variant || variant.name !== variantName(shape, fallback)) return false;
    return fieldsAreDefault(variant.fields, longForm(shape, value), longForm(shape, fallback));
  }
  if (shape.kind === 'object' && isDocument(value)) return fieldsAreDefault(shape.fields, value, isDocument(fallback) ? fallback : {});
  if (shape.kind === 'list' && Array.isArray(value) && Array.isArray(fallback)) {
    return value.length === fallback.length && value.every((one, i) => isDefault(shape.item, one, fallback[i]));
  }
  return JSON.stringify(value) === JSON.stringify(fallback);
}

function fieldsAreDefault(fields: readonly Field[], value: Document, fallback: Document): boolean {
  return fields.every(({ name, shape, default: own }) => {
    const expected = fallback[name] ?? own;
    return value[name] === undefined || isDefault(shape, value[name], expected);
  });
}
