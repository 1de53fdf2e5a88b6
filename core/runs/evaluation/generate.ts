import { decodeTokens, encodeText } from '#core/data';
import { gather, Philox, reshape, UserError } from '#core/graph';
import type { CheckpointName } from '../folder/checkpoints';
import { compileNetwork, networkFeeds } from './apply-network';
import type { OpenRun } from './open-run';

export interface GenerateOptions {
  checkpoint: CheckpointName;
  /** What the text begins with. */
  prompt: string;
  /** Tokens to write. */
  length: number;
  /** 0: always the most probable token; 1: as the model believes; above: bolder. */
  temperature?: number;
  /** Only the so many most probable tokens are drawn from. */
  topK?: number;
  seed?: number;
  signal?: AbortSignal;
}

export interface Generated {
  prompt: string;
  /** What the network wrote after the prompt. */
  text: string;
  tokens: number;
}

/** How the tokens of a run's data are written and read. */
function language({ data, file }: OpenRun): { encode(text: string): number[]; decode(tokens: readonly number[]): string } {
  const { transform, task } = data;
  if (task !== 'language-model') {
    throw new UserError('generate.task', `Run "${file.name}" is no language model (its task is ${task}): it cannot write.`, { hint: 'Train one on text, with the model "gpt" for instance.' });
  }
  if (transform.input === 'text') {
    const { vocabulary } = transform;
    return {
      encode(text) {
        const { tokens, unknown } = encodeText(vocabulary, text);
        const [first] = unknown.keys();
        if (first !== undefined) {
          throw new UserError('generate.unknown', `the prompt holds ${JSON.stringify(first)}, which the training text does not have`, { hint: 'Use characters of the training text, or train with tokens of bytes.' });
        }
        return Array.from(tokens);
      },
      decode: (tokens) => decodeTokens(vocabulary, tokens),
    };
  }
  const words = transform.input === 'sequence' ? transform.vocabulary ?? [] : [];
  return {
    encode: (text) => text.split(/\s+/).filter((word) => word !== '').map((word) => {
      const token = words.indexOf(word);
      if (token < 0) throw new UserError('generate.unknown', `the prompt holds "${word}", which is no token`, { hint: `Tokens, with blanks between: ${words.slice(0, 40).join(' ')}` });
      return token;
    }),
    decode: (tokens) => tokens.map((token) => words[token] ?? '').join(' '),
  };
}

/**
 * Lets a language model write: token after token, each drawn from the probabilities that the network gives after the last window of
 * text. The same seed writes the same text.
 *
 * @throws UserError where the run is no language model, or the prompt has characters that it does not know
 */
export async function generateText(run: OpenRun, options: GenerateOptions): Promise<Generated> {
  const { checkpoint, prompt, length, temperature = 1, topK = Infinity, seed = 0, signal } = options;
  const { encode, decode } = language(run);
  const [window] = run.data.exampleShape as [number];
  const begun = encode(prompt);
  // Without a prompt the first token stands for the beginning: of a text usually a line's end.
  const tokens = begun.length > 0 ? [...begun] : encode(run.data.transform.input === 'text' ? '\n' : '').concat(0).slice(0, 1);
  const first = tokens.length;
  const feeds = networkFeeds(run, run.weights(checkpoint).tensors);
  const program = await compileNetwork(run, 1, (output, place) => reshape(gather(output, place, 1), [-1]));
  const uniforms = new Philox(seed, 'generate').uniforms(length);
  try {
    const x = new Float32Array(window);
    for (let i = 0; i < length; i++) {
      signal?.throwIfAborted();
      const seen = tokens.slice(-window);
      x.fill(0);
      x.set(seen);
      // What stands behind the last token is not seen by a causal network.
      const result = await program.run({ ...feeds, x, place: Int32Array.of(seen.length - 1) });
      const logits = (await result['output']!.read()) as Float32Array;
      tokens.push(draw(logits, temperature, topK, uniforms[i]!));
      for (const array of Object.values(result)) array.dispose();
    }
    return { prompt, text: decode(tokens.slice(first)), tokens: length };
  } finally {
    await program.dispose();
  }
}

/** A token drawn from `softmax(logits / temperature)` among the `topK` most probable, by one uniform number. */
export function draw(logits: ArrayLike<number>, temperature: number, topK: number, uniform: number): number {
  const order = Array.from({ length: logits.length }, (_, token) => token).sort((a, b) => logits[b]! - logits[a]! || a - b);
  if (temperature === 0) return order[0]!;
  const kept = order.slice(0, Math.max(1, Math.min(order.length, topK)));
  const weights = kept.map((token) => Math.exp((logits[token]! - logits[order[0]!]!) / temperature));
  let left = uniform * weights.reduce((a, b) => a + b, 0);
  const place = weights.findIndex((weight) => (left -= weight) < 0);
  return kept[place < 0 ? kept.length - 1 : place]!;
}
