import type { Module } from './module';

/** What an entry of the slot `architectures` builds: a network from `exampleShape` to `[outputs]`. */
export type Architecture = Module;
