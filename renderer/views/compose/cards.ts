import type { Field, Shape } from '../../components/schema/shape';

/** A card of Compose: one part of the specification with a form of its own, or several plain fields together. */
export interface Card {
  key: string;
  title: string;
  help: string;
  fields: readonly Field[];
}

/** Parts that are not drawn from their fields: the format's version, the data, which has a view, and the population, which has a card. */
const elsewhere = new Set(['$schema', 'basin', 'data', 'population']);

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

/**
 * Cards in two columns of about the same height. It follows from the schema alone, so that no card moves when an entry
 * with more fields is chosen.
 */
export function inColumns(cards: readonly Card[]): [Card[], Card[]] {
  const columns: [Card[], Card[]] = [[], []];
  // The card of the data stands on top of the first column.
  const heights: [number, number] = [3, 0];
  for (const card of cards) {
    const column = heights[1] < heights[0] ? 1 : 0;
    columns[column].push(card);
    heights[column] += 2 + card.fields.reduce((sum, field) => sum + rows(field.shape), 0);
  }
  return columns;
}

/** About how many rows a form takes: for a choice of entries, as many as a middling one of them. */
function rows(shape: Shape): number {
  switch (shape.kind) {
    case 'object':
      return shape.fields.filter((field) => !field.advanced).length;
    case 'variants': {
      const counts = shape.variants.map(({ fields }) => fields.filter((field) => !field.advanced).length).sort((a, b) => a - b);
      return 2 + (counts[Math.floor(counts.length / 2)] ?? 0);
    }
    default:
      return 1;
  }
}
