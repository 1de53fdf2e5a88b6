import type { Tensor } from '#core/graph';
import type { OnnxBuilder } from '../builder';
import type { Layout } from './layout';
import { blocked } from './blocked';
import { turned } from './turned';

/** Layouts that tensors may be computed in, other than the graph's own. */
export const layouts: readonly Layout[] = [turned, blocked];

type ExchangingLayout = Layout & Required<Pick<Layout, 'exchange'>>;

/** The layout that programs exchange `x` in; `undefined`: the graph's own. */
export const exchanging = (x: Tensor, b: OnnxBuilder): ExchangingLayout | undefined => layouts.find((layout): layout is ExchangingLayout => layout.exchange?.serves(x, b) === true);
