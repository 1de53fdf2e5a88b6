import { suggestion, UserError } from '#core/graph';

/** @throws UserError where a surface has not the quantity that is asked for */
export function checkMetric(metric: string, { recipe: { quantities } }: { readonly recipe: { readonly quantities: readonly string[] } }): void {
  if (!quantities.includes(metric)) throw new UserError('surface.metric', `--metric ${metric}: ${suggestion(metric, quantities)}`);
}
