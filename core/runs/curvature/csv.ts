import type { CurvatureFigures, CurvatureReport, Eigenvalue } from './report';

const head = ['step', 'epoch', 'layer', 'quantity', 'rank', 'value', 'low', 'high', 'converged'] as const;

/**
 * Every number of a report with its interval, one a line: of the whole (no layer) and each layer or block, at the checkpoint and at those before
 * it. Eigenvalues are ranked from 1, largest and smallest each from their end, all of a whole spectrum from the smallest; the density is left to JSON.
 */
export function curvatureCsv(report: CurvatureReport): string {
  const { run, layers = {}, points = [], path = [] } = report;
  const moments = points.some(({ step }) => step === run.step) ? points : [...points, { step: run.step, figures: report, layers }];
  const lines = moments.flatMap(({ step, figures, layers: own }) => {
    const epoch = path.find((moment) => moment.step === step)?.epoch ?? '';
    return [...(figures ? [['', figures] as const] : []), ...Object.entries(own)].flatMap(([layer, found]) => rowsOf(found).map((row) => [step, epoch, layer, ...row]));
  });
  return `${[head, ...lines].map((line) => line.map(cell).join(',')).join('\n')}\n`;
}

type Row = readonly [quantity: string, rank: number | '', value: number, low: number | '', high: number | '', converged: boolean | ''];

function rowsOf({ spectrum, eigenvalues, condition, diagonal, trace, frobeniusNorm, participationRatio, entropyRank }: CurvatureFigures): Row[] {
  const pairs = (quantity: string, found: readonly Eigenvalue[] = []): Row[] => found.map(({ value, interval: [low, high], converged }, i) => [quantity, i + 1, value, low, high, converged]);
  const estimated = (quantity: string, found: CurvatureFigures['trace']): Row[] => (found ? [[quantity, '', found.value, ...found.interval, '']] : []);
  const plain = (quantity: string, value: number | undefined): Row[] => (value === undefined ? [] : [[quantity, '', value, '', '', '']]);
  return [
    ...(spectrum ? Array.from(spectrum.values, (value, i): Row => ['eigenvalue', i + 1, value, value - spectrum.rounding, value + spectrum.rounding, '']) : []),
    ...pairs('largest', eigenvalues?.largest),
    ...pairs('smallest', eigenvalues?.smallest),
    ...(condition?.value === undefined ? [] : [['condition-number', '', condition.value, condition.interval?.[0] ?? '', condition.interval?.[1] ?? '', ''] as const]),
    ...plain('diagonal-mean', diagonal?.mean),
    ...plain('diagonal-largest', diagonal?.largest),
    ...plain('diagonal-smallest', diagonal?.smallest),
    ...estimated('trace', trace),
    ...estimated('frobenius-norm', frobeniusNorm),
    ...plain('participation-ratio', participationRatio),
    ...plain('effective-rank', entropyRank),
  ];
}

const cell = (value: string | number | boolean): string => (typeof value === 'string' && /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value));
