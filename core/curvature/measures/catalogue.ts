import { suggestion, UserError } from '#core/graph';
import { frobeniusMeasures } from './families/frobenius';
import { gradientMeasures } from './families/gradient';
import { hessianMeasures } from './families/hessian';
import { inputMeasures } from './families/input';
import { outputMeasures } from './families/outputs';
import { pacBayesMeasures } from './families/pac-bayes';
import { pathMeasures } from './families/path';
import { sharpnessMeasures } from './families/sharpness';
import { sizeMeasures } from './families/size';
import { spectralMeasures } from './families/spectral';
import { type Measure, type MeasureDefinition, measureFamilies } from './measure';

/** Every measure, in the order of the table. */
export const measures: readonly Measure[] = [
  ...outputMeasures, ...sizeMeasures, ...frobeniusMeasures, ...spectralMeasures, ...pathMeasures, ...pacBayesMeasures, ...sharpnessMeasures, ...hessianMeasures,
  ...gradientMeasures, ...inputMeasures,
];

/** What there is to know of a measure without computing it. */
export function describeMeasure({ compute: _, ...definition }: Measure): MeasureDefinition {
  return definition;
}

/**
 * The measures that names mean, in the order of the table: ids, families, or `all`.
 *
 * @throws UserError for a name that is none
 */
export function chooseMeasures(names: readonly string[]): Measure[] {
  const families = Object.keys(measureFamilies);
  const known = ['all', ...families, ...measures.map(({ id }) => id)];
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined) {
    throw new UserError('measures.unknown', `There is no measure "${stranger}": ${suggestion(stranger, known)}`, {
      hint: `\`basin sharpness --list\` lists them all; the families are ${families.join(', ')}.`,
    });
  }
  const chosen = new Set(names);
  return measures.filter(({ id, family }) => chosen.has('all') || chosen.has(id) || chosen.has(family));
}
