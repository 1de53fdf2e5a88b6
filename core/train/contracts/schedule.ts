/**
 * The learning rate over the training as a factor of the optimizer's base rate. `step` counts from 0 to `steps - 1`; the same
 * step always gives the same factor, so that a resumed run continues exactly.
 */
export type Schedule = (step: number) => number;
