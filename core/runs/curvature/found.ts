import type { CurvatureFigures, CurvaturePoint } from './report';

/** What is known of a request's matrices: of the whole and each group, at the checkpoint asked for and at those before it. */
export interface CurvatureFound {
  readonly figures: CurvatureFigures | null;
  readonly layers: Readonly<Record<string, CurvatureFigures>>;
  /** In the order of the steps. */
  readonly points: readonly CurvaturePoint[];
}

export const nothingFound: CurvatureFound = { figures: null, layers: {}, points: [] };

/** The matrix that figures are of: at which step of the path (null: the checkpoint asked for), of which group (null: the whole). */
export interface MatrixPlace {
  readonly step: number | null;
  readonly layer: string | null;
}

export function figuresAt({ figures, layers, points }: CurvatureFound, { step, layer }: MatrixPlace): CurvatureFigures | undefined {
  const at = step === null ? { figures, layers } : points.find((point) => point.step === step);
  return (layer === null ? at?.figures : at?.layers[layer]) ?? undefined;
}

/** The same with one matrix's figures put in or replaced. */
export function withFigures(found: CurvatureFound, { step, layer }: MatrixPlace, figures: CurvatureFigures): CurvatureFound {
  const put = <T extends Pick<CurvatureFound, 'figures' | 'layers'>>(into: T): T => (layer === null ? { ...into, figures } : { ...into, layers: { ...into.layers, [layer]: figures } });
  if (step === null) return put(found);
  const old = found.points.find((point) => point.step === step) ?? { step, figures: null, layers: {} };
  return { ...found, points: [...found.points.filter((point) => point.step !== step), put(old)].sort((a, b) => a.step - b.step) };
}
