import type { Path } from '#host-client';
import { checkpointOf } from '../../../components/asked/asked';
import { firstRequest, type Request } from '../landscape.svelte';

/** The plane through both ends of a path and its bend, or the middle one of its pivots; the path is drawn in it. */
export function planeOfPath(path: Path): Request {
  const { run, to, align, batchNorm, subset } = path.recipe as {
    run: { id: string; checkpoint: string; member?: number };
    to: { run: string; checkpoint: string; member?: number };
    align: boolean;
    batchNorm: Request['batchNorm'];
    subset: { count: number } | null;
  };
  const on = (point: string | number): Request['others'][number] => ({ run: run.id, checkpoint: `path:${path.id}/${point}` });
  const end = align ? on('end') : { run: to.run, checkpoint: checkpointOf(to.checkpoint), ...(to.member === undefined ? {} : { member: to.member }) };
  return {
    ...firstRequest,
    plane: 'through',
    others: [end, on(Math.ceil(path.inner / 2))],
    grid: [31, 31],
    checkpoint: checkpointOf(run.checkpoint),
    batchNorm,
    subset: subset?.count ?? firstRequest.subset,
    ...(run.member === undefined ? {} : { member: run.member }),
  };
}
