import type { DataSpecification, DatasetSummary, RunSpecificationDocument } from '#host-client';
import { isDocument } from '../components/schema/value';

/**
 * What is being put together: how the open data are read, and the specification of the run to come. It is kept in the
 * browser's storage, so that a reload or a restart of the window loses nothing.
 */
const remembered = 'basin.draft';

interface Kept {
  data: DataSpecification | null;
  specification: RunSpecificationDocument | null;
}

function read(): Kept {
  const nothing: Kept = { data: null, specification: null };
  try {
    const stored: unknown = JSON.parse(globalThis.localStorage?.getItem(remembered) ?? 'null');
    return isDocument(stored) ? { ...nothing, ...stored } : nothing;
  } catch {
    return nothing; // written by something else: start anew
  }
}

class Draft {
  #kept = $state.raw<Kept>(read());
  /** what was read of the data, while it is open; Data reads it again after a reload */
  summary = $state.raw<DatasetSummary | null>(null);

  /** Where the data are, what is learnt of them and how they are split. */
  get data(): DataSpecification | null {
    return this.#kept.data;
  }

  get specification(): RunSpecificationDocument | null {
    return this.#kept.specification;
  }

  /** Opens a data set as the engine proposes to read it, unless it is the one that is open. */
  openDataset(summary: DatasetSummary): void {
    const same = this.summary?.id === summary.id;
    this.summary = summary;
    if (!same) this.#keep({ data: summary.specification, specification: null });
  }

  /** Changes how the data are read; the specification of the run follows. */
  setData(data: DataSpecification): void {
    const { specification } = this.#kept;
    this.#keep({ data, specification: specification && { ...specification, data } });
  }

  /** Sets the specification of the run to come. Its data become the data that are open. */
  setSpecification(specification: RunSpecificationDocument): void {
    const data = isDocument(specification.data) ? specification.data : this.#kept.data;
    if (source(data) !== source(this.#kept.data)) this.summary = null;
    this.#keep({ data, specification });
  }

  #keep(kept: Kept): void {
    this.#kept = kept;
    localStorage.setItem(remembered, JSON.stringify(kept));
  }
}

/** Two specifications of the same source read the same data set. */
function source(data: DataSpecification | null): string {
  return JSON.stringify(data?.source ?? null);
}

export const draft = new Draft();
