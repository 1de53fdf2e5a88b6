import { buildBlock, type BlockSpecification, type Measure } from '#core/blocks';
import type { PreparedDataset } from '#core/data';
import type { BuildContext } from '#core/nn';
import { at } from '../specification/at';
import { SpecificationMistake } from '../specification/mistake';
import { partOf } from '../run-data';

/** A measure of a run, when it is taken and what its figures are called. */
export interface PlannedMeasure {
  /** `hessian-top`; a second one of the same kind is `hessian-top-2`. */
  name: string;
  /** Steps between two measurements. */
  interval: number;
  measure: Measure;
}

/** @throws UserError naming the field: steps and epochs given at once, a part that the data have not */
export function planMeasures(specifications: readonly BlockSpecification[], context: BuildContext, data: PreparedDataset): PlannedMeasure[] {
  const seen = new Map<string, number>();
  return specifications.map((specification, i) => at(['measure', i], () => {
    const measure = buildBlock('measures', specification, context);
    const { every, everyEpochs, examples } = measure;
    if (every !== null && everyEpochs !== null) {
      throw new SpecificationMistake('The specification', [{ path: ['measure', i, 'everyEpochs'], message: 'is given beside "every": one of them says when it is measured' }]);
    }
    if (examples) partOf(data, examples.split);
    const number = (seen.get(specification.use) ?? 0) + 1;
    seen.set(specification.use, number);
    return { name: number === 1 ? specification.use : `${specification.use}-${number}`, interval: every ?? (everyEpochs ?? 1) * context.stepsPerEpoch, measure };
  }));
}

/** Whether a measure is taken after so many steps: before the first one, every so often, and at the end. */
export const isTaken = ({ interval }: PlannedMeasure, step: number, totalSteps: number): boolean => step % interval === 0 || step === totalSteps;

/** How often a measure is taken in a whole training. */
export const timesTaken = ({ interval }: PlannedMeasure, totalSteps: number): number => Math.floor(totalSteps / interval) + 1 + Number(totalSteps % interval !== 0);
