import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { jsonNumber, spelledNumber, UserError } from '#core/graph';
import { writeSafetensors } from '#core/nn';
import type { OpenRun } from '../evaluation/open-run';
import { writeAtomically } from '../folder/atomic-write';
import { isKept, keptNames, listKept } from '../folder/kept';
import { acquireLock } from '../folder/lock';
import { runPaths } from '../folder/paths';
import { settled } from '../settled';
import { weightsFingerprint } from '../weights-fingerprint';
import { type CurvatureFound, nothingFound, withFigures } from './found';
import { curvatureFiguresSchema, curvatureHeadSchema, curvaturePointSchema, layersSchema, type CurvatureHead, type CurvatureReport } from './report';
import type { CurvatureRequest } from './request';
import { computeRunCurvature, type CurvatureEvent } from './run-curvature';

/** A result as it lies in the run's folder: whole, or as far as it came. */
export interface KeptCurvature extends CurvatureFound {
  readonly head: CurvatureHead;
  /** Seconds spent on it, all attempts together. */
  readonly seconds: number;
  /** Whether everything that was asked for is there. */
  readonly complete: boolean;
  /** Milliseconds since 1970. */
  readonly created: number;
}

const keptSchema = z.object({
  version: z.literal(1),
  program: z.string().describe('what computed it'),
  created: z.number(),
  head: curvatureHeadSchema,
  figures: curvatureFiguresSchema.nullable(),
  layers: layersSchema,
  points: z.array(curvaturePointSchema),
  seconds: jsonNumber,
  complete: z.boolean(),
});

const RESULT = 'result.json';

/** Tensors that can lie beside a result, as safetensors. */
export const curvatureTensors = ['vectors', 'diagonal'] as const;
export type CurvatureTensors = (typeof curvatureTensors)[number];
const tensorFile = (tensors: CurvatureTensors): string => `${tensors}.safetensors`;

export interface AnswerOptions {
  readonly program: string;
  /** Compute anew what is kept. */
  readonly again?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: CurvatureEvent) => void;
}

export interface CurvatureAnswer {
  /** Name of its folder below the run's `curvature`. */
  readonly id: string;
  readonly report: CurvatureReport;
  /** Read, not computed. */
  readonly kept: boolean;
}

/**
 * The curvature of a run: read where the same was asked before of the same weights, else computed and kept in the run's folder. Each figure
 * is kept as soon as it is found, so that a stopped or killed computation goes on from there.
 *
 * @throws UserError as `computeRunCurvature`, and when another process computes the same
 */
export async function answerRunCurvature(opened: OpenRun, asked: CurvatureRequest, { program, again = false, signal, onEvent }: AnswerOptions): Promise<CurvatureAnswer> {
  const { run, request } = settled(opened, asked);
  const id = resultName(run, request, program);
  const folder = run.paths.curvature(id);
  mkdirSync(folder, { recursive: true });
  const lock = acquireLock(join(run.paths.curvatures, `${id}.lock`), `curvature "${id}"`);
  try {
    if (again) rmSync(join(folder, RESULT), { force: true });
    const known = existsSync(join(folder, RESULT)) ? readResult(folder) : undefined;
    if (known?.complete) return { id, kept: true, report: tell(known, onEvent) };
    const before = known?.seconds ?? 0;
    const start = performance.now();
    let head: CurvatureHead | undefined;
    let found: CurvatureFound = known ? { figures: known.figures, layers: known.layers, points: known.points } : nothingFound;
    const keep = (complete: boolean): void => {
      if (!head) return;
      const seconds = before + (performance.now() - start) / 1000;
      const result = { version: 1, program, created: Date.now(), head, ...found, seconds, complete };
      writeAtomically(join(folder, RESULT), `${JSON.stringify(result, asJson)}\n`, { durable: complete });
    };
    const report = await computeRunCurvature(run, request, {
      ...(signal && { signal }),
      known: found,
      onEvent(event) {
        if (event.kind === 'start') head = event.head;
        if (event.kind === 'figures') {
          found = withFigures(found, event, event.figures);
          keep(false);
        }
        onEvent?.(event);
        // What an earlier attempt found is told at once.
        if (event.kind === 'start' && known) tellFigures(known, onEvent);
      },
      onDiagonal: (tensors) => writeAtomically(join(folder, tensorFile('diagonal')), writeSafetensors(tensors, { curvature: id })),
      onVectors: (tensors) => writeAtomically(join(folder, tensorFile('vectors')), writeSafetensors(tensors, { curvature: id })),
    });
    keep(true);
    return { id, kept: false, report: { ...report, seconds: before + report.seconds } };
  } finally {
    lock.release();
    if (!existsSync(join(folder, RESULT))) rmSync(folder, { recursive: true, force: true });
  }
}

/** The events of a computation that was made before; gives its report. */
function tell(kept: KeptCurvature, onEvent: AnswerOptions['onEvent']): CurvatureReport {
  onEvent?.({ kind: 'start', head: kept.head });
  tellFigures(kept, onEvent);
  return reportOf(kept);
}

function tellFigures({ figures, layers, points }: CurvatureFound, onEvent: AnswerOptions['onEvent']): void {
  for (const at of [{ step: null, figures, layers }, ...points]) {
    if (at.figures) onEvent?.({ kind: 'figures', step: at.step, layer: null, figures: at.figures });
    for (const [layer, own] of Object.entries(at.layers)) onEvent?.({ kind: 'figures', step: at.step, layer, figures: own });
  }
}

/** A kept result as one record, as `basin curvature --out` writes it. */
export function reportOf({ head, figures, layers, points, seconds }: KeptCurvature): CurvatureReport {
  const { byLayer, byBlock, over } = head.request;
  return { ...head, ...(figures ?? { dimension: 0 }), ...((byLayer || byBlock) && { layers }), ...(over !== null && { points }), seconds };
}

export interface CurvatureListing {
  readonly id: string;
  readonly head: CurvatureHead;
  readonly created: number;
  readonly complete: boolean;
  readonly seconds: number;
  /** Which tensors lie beside it. */
  readonly tensors: readonly CurvatureTensors[];
}

/** Results of a run, newest first; what is damaged is left out and told when it is opened. */
export function listRunCurvature(folder: string): Promise<CurvatureListing[]> {
  const { curvatures, curvature } = runPaths(folder);
  return listKept(curvatures, RESULT, (id) => {
    const { head, created, complete, seconds } = readResult(curvature(id));
    return { id, head, created, complete, seconds, tensors: curvatureTensors.filter((tensors) => existsSync(join(curvature(id), tensorFile(tensors)))) };
  });
}

/** @throws UserError when the run has no such result, or its file is damaged */
export const openRunCurvature = (folder: string, id: string): KeptCurvature => readResult(resultFolder(folder, id));

/** The eigenvectors or the diagonal that were kept beside a result, as safetensors. @throws UserError when the run has no such result, or they were not kept */
export function openCurvatureTensors(folder: string, id: string, tensors: CurvatureTensors): Uint8Array {
  const path = join(resultFolder(folder, id), tensorFile(tensors));
  if (existsSync(path)) return readFileSync(path);
  const [what, option] = tensors === 'vectors' ? ['The eigenvectors were', '--vectors (in the window: Keep the eigenvectors)'] : ['The diagonal was', '--diagonal (in the window: Diagonal)'];
  throw new UserError('curvature.tensors', `${what} not kept beside the curvature "${id}".`, { hint: `Compute it with ${option}.` });
}

/** Deletes a result with its vectors. @throws UserError when the run has no such result */
export function removeRunCurvature(folder: string, id: string): void {
  rmSync(resultFolder(folder, id), { recursive: true, force: true });
}

function resultFolder(folder: string, id: string): string {
  const { curvatures, curvature } = runPaths(folder);
  if (isKept(curvatures, id, RESULT)) return curvature(id);
  const there = [...keptNames(curvatures, RESULT)];
  throw new UserError('curvature.unknown', `The run has no curvature "${id}".`, { hint: there.length === 0 ? 'None has been computed yet.' : `There are: ${there.join(', ')}.` });
}

function readResult(folder: string): KeptCurvature {
  const path = join(folder, RESULT);
  try {
    return keptSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new UserError('curvature.damaged', `${path} is not what a curvature's file holds.`, {
      hint: 'It was changed, or comes from another version. Remove its folder, or compute it anew with --again.',
      cause,
    });
  }
}

/** The same request of the same weights and data has the same name, whatever the checkpoint was called. */
function resultName(run: OpenRun, request: CurvatureRequest, program: string): string {
  const { checkpoint, ...asked } = request;
  const { tensors } = run.weights(checkpoint);
  const { parameters, buffers } = run.parts.model;
  const fingerprint = weightsFingerprint([...Object.keys(parameters), ...Object.keys(buffers)], tensors);
  const of = [program, run.member ?? null, fingerprint, run.data.fingerprint, run.compile.device, asked];
  return `${request.operator}-${request.split}-${createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 8)}`;
}

const asJson = (_: string, value: unknown): unknown =>
  ArrayBuffer.isView(value) ? Array.from(value as Float64Array, spelledNumber) : typeof value === 'number' ? spelledNumber(value) : value;
