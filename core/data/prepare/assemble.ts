import type { PreparedDataset, PreparedPart } from './dataset';
import type { Split } from './split';
import { fitTarget, targetValues, type Target } from './target';
import type { TargetTransform, Transform } from './transform';

/** A prepared data set before its source's fingerprint is known. */
export type Prepared = Omit<PreparedDataset, 'fingerprint'>;

interface Pieces extends Pick<Prepared, 'input' | 'exampleShape' | 'inputNames' | 'features' | 'report'> {
  target: Target;
  split: Split;
  standardize: boolean;
  encode(rows: Int32Array): Float32Array;
  transformOf(target: TargetTransform): Transform;
}

/** Puts the parts together: encoded inputs, target values, and the transform to repeat it on new data. */
export function assemble({ target, split, standardize, encode, transformOf, ...rest }: Pieces): Prepared {
  const fitted = fitTarget(target, split.train, standardize);
  const part = (rows: Int32Array): PreparedPart => {
    const x = encode(rows);
    return { count: rows.length, x, y: targetValues(fitted, target.values, rows, x), rows };
  };
  return {
    ...rest, task: target.task, target: target.name,
    ...(fitted.task === 'classification'
      ? { classes: fitted.classes.length, classNames: fitted.classes }
      : fitted.task !== 'regression' ? {} : { targets: 1, targetScaling: [{ mean: fitted.mean, scale: fitted.scale }] }),
    train: part(split.train),
    ...(split.validation.length > 0 ? { validation: part(split.validation) } : {}),
    ...(split.test.length > 0 ? { test: part(split.test) } : {}),
    transform: transformOf(fitted),
  };
}
