import { suggestion, UserError } from '#core/graph';
import type { Surface } from '#core/landscape';

/** @throws UserError where a surface has not the quantity that is asked for */
export function checkMetric(metric: string, { recipe: { quantities } }: Pick<Surface, 'recipe'>): void {
  if (!quantities.includes(metric)) throw new UserError('surface.metric', `--metric ${metric}: ${suggestion(metric, quantities)}`);
}
