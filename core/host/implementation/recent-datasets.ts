import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { dataSource, type DataSource } from '#core/data';
import { homeFolder, readJson } from '#core/runs';

const recentSchema = z.array(z.object({ id: z.string(), source: dataSource, name: z.string(), kind: z.string(), opened: z.number() }));
export type RecentDataset = z.infer<typeof recentSchema>[number];

const most = 30;
const path = (): string => join(homeFolder(), 'recent-datasets.json');

/** Data opened lately, newest first. A list from another version is not worth an error: it starts anew. */
export function recentDatasets(): RecentDataset[] {
  const parsed = recentSchema.safeParse(readJson(path()));
  return parsed.success ? parsed.data : [];
}

export function rememberDataset(dataset: { id: string; source: DataSource; name: string; kind: string }): void {
  const others = recentDatasets().filter(({ id }) => id !== dataset.id);
  mkdirSync(homeFolder(), { recursive: true });
  writeFileSync(path(), `${JSON.stringify([{ ...dataset, opened: Date.now() }, ...others].slice(0, most), null, 2)}\n`);
}
