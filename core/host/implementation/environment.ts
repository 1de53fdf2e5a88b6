import { implement } from '@orpc/server';
import { contract } from '../contract';
import type { RunQueue } from '../engine/run-queue';
import type { WorkPool } from '../engine/work-pool';

/** What the contract's implementation works with. */
export interface EngineEnvironment {
  shell: 'desktop' | 'web';
  pool: WorkPool;
  queue: RunQueue;
}

/** The contract's builder: every procedure is implemented from it, inputs and outputs checked. */
export const api = implement(contract);
