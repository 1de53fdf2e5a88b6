import { os } from '@orpc/server';
import { blockFromFile } from '#core/blocks';
import { UserError } from '#core/graph';
import { describeModelFile } from '#core/runs';
import type { ModelFile } from '../contract';
import { given } from './given';

/** Questions about model files. */
export const modelWork = {
  inspectModel: os.input(given<{ path: string }>()).handler(({ input }): ModelFile => {
    const found = describeModelFile(input.path);
    if (found.kind === 'safetensors') return found;
    const block = blockFromFile('architectures', found.path);
    if (block === undefined) throw new UserError('model.unknown-file', `no network is made from ${found.name}`);
    return { ...found, block };
  }),
};
