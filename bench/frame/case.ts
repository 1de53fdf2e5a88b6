/** A network that every contender builds for itself from this description; names and layouts are PyTorch's. */
export type NetworkSpec =
  | { readonly kind: 'mlp'; readonly widths: readonly number[] }
  | { readonly kind: 'cnn' }
  /** `evaluation`: BatchNorm with given statistics. */
  | { readonly kind: 'resnet'; readonly blocksPerStage: number; readonly evaluation?: true }
  | { readonly kind: 'transformer'; readonly layers: number; readonly width: number; readonly heads: number; readonly tokens: number; readonly vocabulary: number };

/** What is computed, and timed, again and again. One sample is one of these. */
export type Work =
  /** A training step: forward, gradient, update; the mean cross-entropy of the batch. */
  | { readonly kind: 'step'; readonly optimizer: 'sgd' | 'adam'; readonly learningRate: number }
  /** The first training step of a network: building, compiling and one step. */
  | { readonly kind: 'first'; readonly optimizer: 'sgd' | 'adam'; readonly learningRate: number }
  /** `steps` SGD steps as one loop inside the program; a peer takes them one by one. A sample is the time of one step. */
  | { readonly kind: 'chunk'; readonly steps: number; readonly optimizer: 'sgd'; readonly learningRate: number }
  /** The smallest program there is: one addition. */
  | { readonly kind: 'overhead' }
  /** A product of the loss's Hessian with a vector, everything computed anew. */
  | { readonly kind: 'hvp' }
  /** One SGD step of every member; a sample is the time of one member's. `batched`: a peer may advance all at once too. */
  | { readonly kind: 'population'; readonly members: number; readonly learningRate: number; readonly batched: boolean }
  /** The loss at `grid` x `grid` points of a plane; a sample is one of `slices` equal parts of the grid. */
  | { readonly kind: 'surface'; readonly grid: number; readonly slices: number }
  /** `steps` Lanczos steps with full reorthogonalisation on the Hessian of the loss, Basin's data in batches of `batch`. */
  | { readonly kind: 'eigen'; readonly steps: number; readonly batch: number };

export const peerNames = ['pytorch', 'tfjs', 'jaxjs'] as const;
export type PeerName = (typeof peerNames)[number];
export type ContenderName = 'basin' | PeerName;

/** One line of the benchmark: a network, its batch, the work, and who is asked to do the same. */
export interface Case {
  readonly name: string;
  readonly title: string;
  readonly network: NetworkSpec;
  /** Examples in the batch, or in the data set. */
  readonly examples: number;
  readonly work: Work;
  readonly peers: readonly PeerName[];
  /** The ratio of the engine's plan, by peer. */
  readonly wanted?: Readonly<Partial<Record<PeerName, number>>>;
  /** The largest figure, in the suite's unit, that the plan allows. */
  readonly atMost?: number;
  /** Largest relative difference between the contenders' check numbers. */
  readonly tolerance?: number;
}

/** How a suite's samples are taken and told. */
export interface Measure {
  readonly unit: string;
  /** A sample in milliseconds times this is the unit. */
  readonly scale: number;
  /** Turns of each contender. */
  readonly rounds: number;
  /** What a turn aims to last, in milliseconds. */
  readonly turn: number;
  /** `median` of all samples, or their `total` (the parts of one whole). */
  readonly figure: 'median' | 'total';
}
