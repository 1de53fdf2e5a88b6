import type { ApplyOptions, LinearOperator, Vector } from '#core/curvature';

/** One vector of each member, in their order; `undefined` where a member waits for none. */
export type MultiplyAll = (vectors: readonly (Vector | undefined)[]) => Promise<readonly (Vector | undefined)[]>;

/**
 * Several matrices of one size whose products are made together: each member runs its own algorithm, and a product is made when
 * all that are still at work wait for one.
 */
export class JointProducts {
  private waiting = new Map<number, { vector: Vector; resolve: (product: Vector) => void; reject: (reason: unknown) => void }>();
  private active: number;

  constructor(
    private readonly members: number,
    private readonly multiply: MultiplyAll,
  ) {
    this.active = members;
  }

  /** Lets each member do its work with its own operator. Rejects with the first failure, when all have ended. */
  async run<T>(shape: Pick<LinearOperator, 'name' | 'dimension' | 'precision'>, work: (operator: LinearOperator, member: number) => Promise<T>): Promise<T[]> {
    const results = await Promise.allSettled(
      Array.from({ length: this.members }, async (_, member) => {
        try {
          return await work({ ...shape, block: 1, apply: (vectors, options) => this.apply(member, vectors, options), dispose: () => Promise.resolve() }, member);
        } finally {
          this.active--;
          this.proceed();
        }
      }),
    );
    return results.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
  }

  private async apply(member: number, vectors: readonly Vector[], { signal }: ApplyOptions = {}): Promise<Vector[]> {
    const products: Vector[] = [];
    for (const vector of vectors) {
      signal?.throwIfAborted();
      products.push(await new Promise<Vector>((resolve, reject) => {
        this.waiting.set(member, { vector, resolve, reject });
        this.proceed();
      }));
    }
    return products;
  }

  private proceed(): void {
    if (this.waiting.size === 0 || this.waiting.size < this.active) return;
    const round = this.waiting;
    this.waiting = new Map();
    this.multiply(Array.from({ length: this.members }, (_, member) => round.get(member)?.vector)).then(
      (products) => round.forEach(({ resolve }, member) => resolve(products[member]!)),
      (error: unknown) => round.forEach(({ reject }) => reject(error)),
    );
  }
}
