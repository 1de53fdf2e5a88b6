import { strictObject } from '#core/graph';
import { z } from 'zod';

const steps = (help: string) => z.int().min(1).max(100_000).describe(help);
const order = z.string().optional().describe('Column of the time; as the rows stand when left out.').meta({ label: 'Order' });

/** How a table is read as sequences. */
export const sequenceReading = z.discriminatedUnion('from', [
  strictObject({
    from: z.literal('long'),
    id: z.string().describe('Column that tells the sequences apart.').meta({ label: 'Sequence' }),
    order,
    length: steps('Steps of every sequence; the longest one’s when left out.').optional().meta({ label: 'Length', unit: 'steps' }),
  }).meta({ title: 'A row a step', description: 'Rows with the same id are a sequence.' }),
  strictObject({
    from: z.literal('wide'),
    steps: steps('Steps that the columns of numbers divide into, the features of a step side by side.').default(1).meta({ label: 'Steps' }),
  }).meta({ title: 'A row a sequence', description: 'The columns of numbers are the steps.' }),
  strictObject({
    from: z.literal('window'),
    order,
    length: steps('Rows of an example.').default(32).meta({ label: 'Length', unit: 'steps' }),
    horizon: steps('Rows from the last one seen to the one whose target is predicted.').default(1).meta({ label: 'Horizon', unit: 'steps' }),
    stride: steps('Rows between the beginnings of two examples.').default(1).meta({ label: 'Stride', unit: 'steps', advanced: true }),
  }).meta({ title: 'One series', description: 'Every stretch of rows is an example.' }),
]);
export type SequenceReading = z.infer<typeof sequenceReading>;

/** How text is cut into tokens and windows. */
export const textReading = strictObject({
  tokens: z.enum(['character', 'byte', 'byte-pair']).default('character')
    .describe('What a token is: a character, a byte (knows every script), or a common string of bytes.').meta({ label: 'Tokens' }),
  vocabulary: z.int().min(257).max(65_536).default(512).describe('Number of different tokens, for byte pairs.').meta({ label: 'Vocabulary', unit: 'tokens', advanced: true }),
  length: z.int().min(2).max(65_536).default(64).describe('Tokens that the network sees at once.').meta({ label: 'Window', unit: 'tokens' }),
  stride: z.int().min(1).max(65_536).optional().describe('Tokens between the beginnings of two training windows; the window itself when left out.').meta({ label: 'Stride', unit: 'tokens', advanced: true }),
});
