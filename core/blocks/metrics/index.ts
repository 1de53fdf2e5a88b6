import type { Metric } from '#core/train';
import { catalogue } from '../slot';
import { accuracy } from './accuracy';
import { auc } from './auc';
import { balancedAccuracy } from './balanced-accuracy';
import { logLoss } from './log-loss';
import { macroF1 } from './macro-f1';
import { mae } from './mae';
import { perplexity } from './perplexity';
import { r2 } from './r2';
import { reconstructionError } from './reconstruction-error';
import { rmse } from './rmse';
import { tokenAccuracy } from './token-accuracy';

export const metrics = catalogue<Metric>('metrics', [accuracy, balancedAccuracy, macroF1, auc, logLoss, r2, mae, rmse, perplexity, tokenAccuracy, reconstructionError]);
