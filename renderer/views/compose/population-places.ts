import type { Field, NumberShape, Shape } from '../../components/schema/shape';
import { isDocument, longForm, variantOf } from '../../components/schema/value';

/** A number of the specification that members of a population may differ in. */
export interface NumericPlace {
  /** `optimizer.learningRate`, `regularizers[0].strength` */
  place: string;
  /** `Adam: Learning rate` */
  label: string;
  shape: NumberShape;
  /** what it is now; undefined: left empty */
  value: number | undefined;
}

/** Parts that all members share. */
const shared = new Set(['$schema', 'basin', 'name', 'description', 'seed', 'data', 'device', 'metrics', 'measure', 'population', 'weights']);

/** The numbers that can be varied: of whole ones (widths, epochs) the shape of the networks hangs, so they are left out. */
export function numericPlaces(fields: readonly Field[], specification: unknown): NumericPlace[] {
  const document = isDocument(specification) ? specification : {};
  return fields.filter(({ name }) => !shared.has(name)).flatMap((field) => placesIn(field.shape, document[field.name] ?? field.default, field.name, field.label));
}

function placesIn(shape: Shape, value: unknown, place: string, label: string): NumericPlace[] {
  switch (shape.kind) {
    case 'number':
      return shape.integer ? [] : [{ place, label, shape, value: typeof value === 'number' ? value : undefined }];
    case 'optional':
      // A part that is switched off has no numbers; a number that is left empty can still be given.
      return value === null && shape.inner.kind !== 'number' ? [] : placesIn(shape.inner, value, place, label);
    case 'object':
      return under(shape.fields, value, place, label);
    case 'variants': {
      const variant = variantOf(shape, value);
      return variant ? under(variant.fields, longForm(shape, value), place, variant.title) : [];
    }
    case 'list':
      return Array.isArray(value) ? value.flatMap((one, i) => placesIn(shape.item, one, `${place}[${i}]`, `${label} ${i + 1}`)) : [];
    default:
      return [];
  }
}

function under(fields: readonly Field[], value: unknown, place: string, title: string): NumericPlace[] {
  const document = isDocument(value) ? value : {};
  return fields.flatMap((field) => placesIn(field.shape, document[field.name] ?? field.default, `${place}.${field.name}`, `${title}: ${field.label}`));
}

/** Values to begin with: around the present one, within the field's range. */
export function firstValues({ shape, value }: NumericPlace): number[] {
  const low = shape.minimum ?? Number.NEGATIVE_INFINITY;
  const high = shape.maximum ?? Number.POSITIVE_INFINITY;
  const middle = value ?? 1;
  const wanted = middle === 0 ? (shape.scale === 'log' ? [0, 1e-4, 1e-3, 1e-2] : [0, 0.1, 0.2]) : shape.scale === 'log' ? [middle / 10, middle, middle * 10] : [middle / 2, middle, middle * 1.5];
  const inside = wanted.filter((one) => one >= low && one <= high && !(shape.openMinimum && one === low) && !(shape.openMaximum && one === high));
  return inside.map((one) => Number(one.toPrecision(6)));
}

/** `0.01, 0.1` as numbers; undefined where something else stands between the commas. */
export function parseNumbers(text: string): number[] | undefined {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const numbers = parts.map(Number);
  return parts.length > 0 && numbers.every(Number.isFinite) ? numbers : undefined;
}
