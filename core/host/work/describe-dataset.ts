import type { PreparedDataset, PreparedPart } from '#core/data';
import type { DatasetDescription } from '../contract';

/** A prepared data set in words and counts. */
export function describeDataset(data: PreparedDataset): DatasetDescription {
  const { task, input, target, exampleShape, features, report, train, validation, test, classNames } = data;
  const count = (part: PreparedPart | undefined): number => part?.count ?? 0;
  const classCount = (part: PreparedPart | undefined, k: number): number => Array.from(part?.y ?? []).filter((label) => label === k).length;
  return {
    task,
    input,
    target,
    exampleShape: [...exampleShape],
    features,
    classes: classNames
      ? classNames.map((name, k) => ({ name, train: classCount(train, k), validation: classCount(validation, k), test: classCount(test, k) }))
      : null,
    split: { train: count(train), validation: count(validation), test: count(test) },
    ...report,
  };
}
