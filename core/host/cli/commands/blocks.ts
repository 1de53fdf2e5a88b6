import type { Command } from 'commander';
import { describeBlocks } from '#core/blocks';
import { describeGenerators } from '#core/data';
import { suggestion, UserError } from '#core/graph';
import { example, jsonOption, terminalOf } from '../options';
import { table } from '../terminal';

interface Field {
  type?: string;
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  unit?: string;
  enum?: unknown[];
}

export function addBlocks(program: Command): void {
  example(
    program
      .command('blocks')
      .description('list what a specification can be made of, or explain one of them')
      .argument('[name]', 'a slot (optimizers), or a block (adam)')
      .addOption(jsonOption()),
    'basin blocks optimizers',
    'basin blocks adam',
  ).action((name: string | undefined, options: { json?: boolean }) => {
    const all = [...describeBlocks(), ...describeGenerators().map((each) => ({ ...each, slot: 'generators' }))];
    const slots = [...new Set(all.map(({ slot }) => slot))];
    const terminal = terminalOf(options);
    const found = name === undefined || slots.some((slot) => slot === name) ? undefined : all.filter(({ use }) => use === name);
    if (found) {
      if (found.length === 0) throw new UserError('block.unknown', `no block or slot is called "${name}": ${suggestion(name ?? '', [...slots, ...all.map(({ use }) => use)])}`);
      terminal.result(found, () => found.flatMap(explain));
      return;
    }
    const listed = all.filter(({ slot }) => name === undefined || slot === name);
    terminal.result(listed, () => table(['slot', 'use', 'what it does'], listed.map(({ slot, use, help }) => [slot, use, help])));
  });
}

function explain(block: { slot: string; use: string; title: string; help: string; schema: Record<string, unknown>; paper?: { title: string; authors: string; year: number; venue?: string; id?: string } }): string[] {
  const fields = Object.entries((block.schema['properties'] ?? {}) as Record<string, Field>);
  const { paper } = block;
  return [
    `${block.title} ("use": "${block.use}", one of the ${block.slot})`,
    block.help,
    ...(paper ? [`${paper.authors} (${paper.year}). ${paper.title}.${paper.venue ? ` ${paper.venue}.` : ''}${paper.id ? ` ${paper.id}` : ''}`] : []),
    '',
    ...(fields.length === 0
      ? ['It has no parameters.']
      : table(['parameter', 'default', 'range', 'meaning'], fields.map(([field, schema]) => [
          field, schema.default === undefined ? '-' : JSON.stringify(schema.default), rangeOf(schema), schema.description ?? '',
        ]))),
    '',
  ];
}

function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, unit, enum: choices, type }: Field): string {
  if (choices) return choices.map((choice) => JSON.stringify(choice)).join(' | ');
  const bounds = [
    exclusiveMinimum !== undefined ? `> ${exclusiveMinimum}` : minimum !== undefined && Math.abs(minimum) < 2 ** 53 - 1 ? `>= ${minimum}` : '',
    exclusiveMaximum !== undefined ? `< ${exclusiveMaximum}` : maximum !== undefined && maximum < 2 ** 53 - 1 ? `<= ${maximum}` : '',
  ].filter(Boolean);
  return [bounds.join(', ') || (type ?? ''), unit].filter(Boolean).join(' ');
}
