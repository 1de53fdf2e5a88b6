import { apply } from '../apply';
import { opDefinition } from '../op';
import { substitute, topologicalOrder } from '../order';
import type { Loop } from '../ops/loop';
import { placeholder } from '../ops/source';
import { dependents } from '../subgraph';
import type { Tensor } from '../tensor';

/** A value of the forward loop under the name that another loop's body has for it. */
interface Link {
  readonly inner: Tensor;
  readonly outer: Tensor;
}

/** So cheap that what they are made of is kept in their stead. */
const remade = new Set(['reshape', 'transpose', 'broadcastTo', 'cast', 'stopGradient', 'customGradient']);

/**
 * What the body of a second loop needs of the steps of a first one. Tensors of the first body on which the second one's depend are
 * had as constants and sequences: the first loop's own, or stacks read from it.
 */
export class Residuals {
  readonly #loop: Tensor;
  readonly #forward: ReadonlySet<Tensor>;
  readonly #moving: ReadonlySet<Tensor>;

  /** @param outputs tensors of the first loop's body that are computed anyway */
  constructor(loop: Tensor, outputs: readonly Tensor[]) {
    const { body, consts } = loop.attributes as Loop;
    this.#loop = loop;
    this.#forward = new Set([...topologicalOrder(outputs), ...body.inputs]);
    this.#moving = dependents(outputs, body.inputs.slice(consts));
  }

  /** Whether a forward step computes `x` and it changes from step to step. A further result of a loop in the step costs only its stack. */
  #stepHas(x: Tensor): boolean {
    const made = opDefinition(x.op).readout === true ? x.inputs[0]! : x;
    return this.#forward.has(made) && this.#moving.has(made);
  }

  /** `results` with stand-ins for what they need of the first loop. */
  take(results: readonly Tensor[]): { consts: Link[]; sequences: Link[]; rewritten: Tensor[] } {
    const { body, consts, carries } = this.#loop.attributes as Loop;
    const fixed: Link[] = [];
    const sequences: Link[] = [];
    const replacements = new Map<Tensor, Tensor>();
    const link = (into: Link[], x: Tensor, outer: Tensor): void => {
      const inner = placeholder(x.shape, x.dtype);
      into.push({ inner, outer });
      replacements.set(x, inner);
    };
    const stack = [...results];
    const visited = new Set<Tensor>();
    while (stack.length > 0) {
      const x = stack.pop()!;
      if (visited.has(x)) continue;
      visited.add(x);
      const place = body.inputs.indexOf(x);
      if (place >= 0 && place < consts) link(fixed, x, this.#loop.inputs[place]!);
      else if (place >= consts + carries) link(sequences, x, this.#loop.inputs[place]!);
      else if (place >= 0 || (this.#stepHas(x) && !remade.has(x.op))) link(sequences, x, apply('loopStack', [this.#loop], { of: x }));
      else stack.push(...x.inputs);
    }
    return { consts: fixed, sequences, rewritten: substitute(results, replacements) };
  }
}
