import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describeBlocks, jsonSchema } from '#core/blocks';
import { dataSpecification } from '#core/data';
import { UserError } from '#core/graph';
import { describeIssues, readSettings, readSpecification, runSpecificationSchema, specificationError } from '#core/runs';
import { assetPath } from '../assets';
import type { BlockDescription, Sample } from '../contract';
import { api, type EngineEnvironment } from './environment';

export function specificationProcedures({ pool }: EngineEnvironment) {
  const work = () => pool.client('questions');
  return {
    blocks: api.blocks.router({ list: api.blocks.list.handler(() => describeBlocks() as BlockDescription[]) }),
    samples: api.samples.router({ list: api.samples.list.handler(() => listSamples()) }),
    specifications: api.specifications.router({
      check: api.specifications.check.handler(({ input }) => work().check({ specification: input.specification, threads: readSettings().threads })),
      schema: api.specifications.schema.handler(() => jsonSchema(runSpecificationSchema)),
      propose: api.specifications.propose.handler(({ input }) => {
        const parsed = dataSpecification.safeParse(input.data);
        if (!parsed.success) throw specificationError('The data', describeIssues(parsed.error, input.data));
        return work().propose({ data: parsed.data });
      }),
    }),
  };
}

/** Specifications that come with the program and whose data are there. */
function listSamples(): Sample[] {
  const folder = join(dirname(assetPath('icon.svg')), 'specs');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).sort().flatMap((file): Sample[] => {
    if (!file.endsWith('.json')) return [];
    const specification = tryRead(join(folder, file));
    if (!specification) return [];
    const { source } = specification.data;
    if ('path' in source && !existsSync(source.path)) return [];
    const id = basename(file, '.json');
    return [{ id, title: specification.name, help: specification.description, kind: 'path' in source ? 'file' : 'generator', specification }];
  });
}

/** A sample that a newer or older version wrote is not offered. */
function tryRead(path: string) {
  try {
    return readSpecification(path);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
