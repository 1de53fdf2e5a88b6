import { oc } from '@orpc/contract';
import { z } from 'zod';

const problem = z.object({ node: z.string(), operator: z.string(), why: z.string() });
const value = z.object({ name: z.string(), type: z.string(), shape: z.string() });
const shape = z.array(z.int());

export const onnxDescription = z.object({
  producer: z.string(),
  opsets: z.array(z.object({ domain: z.string(), version: z.number() })),
  inputs: z.array(value),
  outputs: z.array(value),
  /** The output that is trained, and what its numbers are. */
  output: z.string(),
  meaning: z.enum(['values', 'softmax', 'log-softmax', 'sigmoid', 'probabilities']),
  classes: z.array(z.string()).nullable(),
  /** Shape of one example; null where the file leaves it open. */
  exampleShape: shape.nullable(),
  fixedBatch: z.number().nullable(),
  parameters: z.array(z.object({ name: z.string(), shape, kind: z.string() })),
  parameterCount: z.number(),
  buffers: z.array(z.object({ name: z.string(), shape })),
  operators: z.array(z.object({ name: z.string(), count: z.int() })),
  /** What stands in the way: empty for a model that opens. */
  unsupported: z.array(problem),
  fault: z.object({ message: z.string(), hint: z.string().nullable() }).nullable(),
  /** Floating-point operations for one example. */
  flops: z.number().nullable(),
  notes: z.array(z.string()),
});
export type OnnxDescription = z.infer<typeof onnxDescription>;

const file = { path: z.string(), name: z.string(), bytes: z.number() };

export const modelFile = z.discriminatedUnion('kind', [
  z.object({
    ...file,
    kind: z.literal('onnx'),
    onnx: onnxDescription,
    /** How a specification names the network: what goes into `model`. */
    block: z.looseObject({ use: z.string() }),
  }),
  z.object({
    ...file,
    kind: z.literal('safetensors'),
    tensors: z.array(z.object({ name: z.string(), type: z.string(), shape })),
    count: z.number(),
    metadata: z.record(z.string(), z.string()),
  }),
]);
export type ModelFile = z.infer<typeof modelFile>;

export const modelsContract = {
  /** What a model file holds: a network (ONNX), or weights alone (safetensors). Throws where it cannot be read. */
  inspect: oc.input(z.strictObject({ path: z.string() })).output(modelFile),
};
