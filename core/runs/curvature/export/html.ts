import { escapeXml, htmlTable, staticPage } from '#core/figure';
import { formatNumber } from '#core/landscape';
import type { CurvatureFigures, CurvatureReport } from '../report';
import { curvatureCaptions, estimatesOf, namedEigenvalues } from './caption';
import { drawCurvature } from './picture';

const say = (value: number | undefined): string => (value === undefined ? '–' : formatNumber(value, 6));
const intervalText = (interval: readonly [number, number] | undefined): string => (interval ? `${say(interval[0])} to ${say(interval[1])}` : '–');

/** Every number of the report in tables below its figure; the density's curve is in the data. */
export function curvatureHtml(report: CurvatureReport, recipe: unknown, json: string): string {
  const [title, how] = curvatureCaptions(report);
  const { layers = {}, points = [], path = [], run } = report;
  const section = (heading: string, body: string): string => `<h2>${escapeXml(heading)}</h2>\n${body}`;
  const eigenvalues = namedEigenvalues(report);
  const grouped = (of: Readonly<Record<string, CurvatureFigures>>, before: readonly string[] = []): string[][] =>
    Object.entries(of).map(([name, figures]) => [...before, name, String(figures.dimension), ...ends(figures)]);
  const sections = [
    ...(eigenvalues.length === 0 ? [] : [section('Eigenvalues', htmlTable(
      ['eigenvalue', 'value', 'residual', 'interval', 'converged'],
      eigenvalues.map(({ name, value, residual, interval, converged }) => [name, say(value), say(residual), intervalText(interval), converged ? 'yes' : 'no']),
    ))]),
    ...(report.spectrum ? [section('All eigenvalues', htmlTable(
      ['eigenvalues', 'negative', 'too near zero to tell', 'positive', 'each to within'],
      [[report.spectrum.values.length, report.spectrum.negative, report.spectrum.zero, report.spectrum.positive].map(String).concat(say(report.spectrum.rounding))],
    ))] : []),
    section('Figures of the whole', htmlTable(
      ['figure', 'value', '95 % interval'],
      [...estimatesOf(report).map(({ name, value, interval }) => [name, say(value), intervalText(interval)]), ['norm of the gradient', say(report.gradientNorm), '–']],
    )),
    ...(Object.keys(layers).length === 0 ? [] : [section('By part', htmlTable(['part', 'dimension', ...columns], grouped(layers)))]),
    ...(points.length === 0 ? [] : [section('Over training', htmlTable(
      ['step', 'epoch', 'part', 'dimension', ...columns],
      points.flatMap(({ step, figures, layers: own }) =>
        grouped({ ...(figures && { whole: figures }), ...own }, [String(step), say(path.find((moment) => moment.step === step)?.epoch)])),
    ))]),
    section('Of', htmlTable(['', ''], [['run', `${run.name} (${run.id})`], ['checkpoint', `${run.checkpoint}, step ${run.step}`], ['fingerprint of the weights', run.fingerprint]])),
  ];
  return staticPage({
    title,
    description: `${title}. ${how}`,
    picture: { light: drawCurvature(report), dark: drawCurvature(report, { theme: 'dark' }) },
    body: sections.join('\n'),
    recipe,
    data: { 'curvature-data': json },
  });
}

const columns = ['largest', 'residual', 'smallest', 'residual', 'trace', 'interval', 'Frobenius norm', 'interval'];

const ends = ({ eigenvalues, trace, frobeniusNorm }: CurvatureFigures): string[] => [
  ...[eigenvalues?.largest[0], eigenvalues?.smallest[0]].flatMap((pair) => [pair ? `${say(pair.value)}${pair.converged ? '' : ' (not converged)'}` : '–', say(pair?.residual)]),
  ...[trace, frobeniusNorm].flatMap((estimate) => [say(estimate?.value), intervalText(estimate?.interval)]),
];
