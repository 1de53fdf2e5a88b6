import type { ContenderName, PeerName } from './case';

/** One line of a suite's result. Times and memory: smaller is better; `ratio` is the peer's figure by Basin's. */
export interface Result {
  readonly suite: string;
  readonly case: string;
  readonly title: string;
  readonly device: string;
  readonly threads: number;
  readonly unit: string;
  readonly basin: number;
  readonly peers: Readonly<Partial<Record<PeerName, number>>>;
  readonly ratio: Readonly<Partial<Record<PeerName, number>>>;
  /** The best that was seen: what each program can do when nothing disturbs it. */
  readonly fastest: Readonly<Partial<Record<ContenderName, number>>>;
  readonly samples: Readonly<Partial<Record<ContenderName, number>>>;
  /** Ratios, or a figure in the unit, that the engine's plan asks for. */
  readonly wanted: { readonly ratio?: Readonly<Partial<Record<PeerName, number>>>; readonly atMost?: number };
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: string;
  /** What was not run and why; how the peers did it. */
  readonly notes: readonly string[];
}

export const contenderTitles: Readonly<Record<ContenderName, string>> = { basin: 'Basin', pytorch: 'PyTorch', tfjs: 'TensorFlow.js', jaxjs: 'jax-js' };

/** Three significant digits. */
export const figure = (value: number): string => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toPrecision(2));

export const peersOf = (result: Result): PeerName[] => Object.keys(result.peers) as PeerName[];

/** A result in one or a few lines of text. */
export function resultText(result: Result): string {
  const best = (name: ContenderName): string => (result.fastest[name] === undefined ? '' : `, fastest ${figure(result.fastest[name])}`);
  const peers = peersOf(result).map((name) => `${contenderTitles[name]} ${figure(result.peers[name]!)} (${figure(result.ratio[name]!)}x${best(name)})`);
  const own = `Basin ${figure(result.basin)} ${result.unit}${best('basin')}`;
  return [`${result.suite}/${result.case}: ${[own, ...peers].join('; ')}`, ...result.notes.map((note) => `    ${note}`)].join('\n');
}
