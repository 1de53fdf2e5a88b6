import type { Field } from '../../components/schema/shape';

/** A card of Compose: one part of the specification with a form of its own, or several plain fields together. */
export interface Card {
  key: string;
  title: string;
  help: string;
  fields: readonly Field[];
}

/** Parts that are not composed here: the format's version, and the data, which has a view of its own. */
const elsewhere = new Set(['$schema', 'basin', 'data']);

/** The cards of a specification, from its schema's fields: what names a block or has fields of its own is a card. */
export function cardsOf(fields: readonly Field[]): Card[] {
  const shown = fields.filter(({ name }) => !elsewhere.has(name));
  const isPart = ({ shape }: Field): boolean => {
    const inner = shape.kind === 'optional' ? shape.inner : shape;
    return ['variants', 'list', 'object'].includes(inner.kind);
  };
  const parts = shown.filter(isPart).map((field) => ({ key: field.name, title: field.label, help: field.help, fields: [field] }));
  const plain = shown.filter((field) => !isPart(field));
  return plain.length === 0 ? parts : [...parts, { key: 'run', title: 'Run', help: '', fields: plain }];
}
