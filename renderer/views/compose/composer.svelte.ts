import type { BlockDescription, DatasetDescription, HostClient, RunSpecificationDocument, SpecificationCheck } from '#host-client';
import { catalogue } from '../../app/catalogue.svelte';
import { draft } from '../../app/draft.svelte';
import { readFields } from '../../components/schema/read-schema';
import type { Field } from '../../components/schema/shape';
import { isDocument } from '../../components/schema/value';

/** A pause in typing after which the engine is asked whether the specification holds. */
const pause = 250;

/** What Compose knows besides the specification itself: the catalogue, the schema, and what the engine thinks of it. */
export class Composer {
  fields = $state.raw<readonly Field[]>([]);
  check = $state.raw<SpecificationCheck | null>(null);
  /** the specification that `check` speaks of */
  checked = $state.raw<RunSpecificationDocument | null>(null);
  /** what training would see of the data; absent while the data cannot be described */
  dataset = $state.raw<DatasetDescription | null>(null);
  failure = $state.raw<unknown>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round = 0;

  async load(client: HostClient): Promise<void> {
    try {
      const [schema] = await Promise.all([client.specifications.schema(), catalogue.load(client)]);
      this.fields = readFields(schema);
      this.failure = null;
    } catch (error) {
      this.failure = error;
    }
  }

  /** A first run for the open data, where there is none yet. */
  async propose(client: HostClient): Promise<void> {
    const { data } = draft;
    if (!data) return;
    try {
      draft.setSpecification(await client.specifications.propose({ data }));
      this.failure = null;
    } catch (error) {
      this.failure = error;
    }
  }

  /** Asks the engine once typing pauses; an answer that comes late for an older specification is dropped. */
  ask(client: HostClient, specification: RunSpecificationDocument): void {
    clearTimeout(this.#timer);
    const round = ++this.#round;
    this.#timer = setTimeout(() => void this.#ask(client, specification, round), this.check === null ? 0 : pause);
  }

  async #ask(client: HostClient, specification: RunSpecificationDocument, round: number): Promise<void> {
    try {
      const check = await client.specifications.check({ specification });
      if (round !== this.#round) return;
      this.check = check;
      this.checked = specification;
      this.failure = null;
    } catch (error) {
      if (round === this.#round) this.failure = error;
    }
  }

  async describe(client: HostClient, data: unknown): Promise<void> {
    if (!isDocument(data)) return;
    try {
      this.dataset = await client.datasets.describe({ data });
    } catch {
      // The same fault of the data is among the check's issues, at its field.
      this.dataset = null;
    }
  }

  block(slot: string | undefined, use: string | undefined): BlockDescription | undefined {
    return catalogue.blocks.find((block) => block.slot === slot && block.use === use);
  }

  /** Why an entry of the catalogue does not fit the data; nothing where it does. */
  refusal(slot: string, use: string): string | undefined {
    const block = this.block(slot, use);
    const { dataset } = this;
    if (!block || !dataset) return undefined;
    if (block.tasks && !block.tasks.includes(dataset.task)) return `for ${block.tasks.join(' and ')}; this is ${dataset.task}`;
    if (block.inputs && !block.inputs.includes(dataset.input)) return `for ${plural(block.inputs)}; this data is ${inputNames[dataset.input]}`;
    return undefined;
  }
}

const inputNames: Record<DatasetDescription['input'], string> = { image: 'pictures', table: 'a table', sequence: 'sequences', text: 'text' };
const inputPlurals: Record<string, string> = { image: 'pictures', table: 'tables', sequence: 'sequences', text: 'text' };

function plural(inputs: readonly string[]): string {
  return inputs.map((input) => inputPlurals[input] ?? input).join(' and ');
}

/** One example in words: `pictures 1 × 28 × 28`, `64 tokens`. */
export function inputWords({ input, exampleShape }: DatasetDescription): string {
  switch (input) {
    case 'table': return `${exampleShape[0] ?? 0} inputs`;
    case 'text': return `${exampleShape[0] ?? 0} tokens`;
    case 'image': return `pictures ${exampleShape.join(' × ')}`;
    case 'sequence': return `${exampleShape.join(' steps × ')} numbers`;
  }
}
