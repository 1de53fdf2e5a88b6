import type { DataSpecification, DatasetSummary, RunSpecificationDocument } from '#host-client';

/**
 * What is being put together: the data set that is open and the specification of the run to come. It is kept in the
 * browser's storage, so that a reload or a restart of the window loses nothing.
 */
const remembered = 'basin.draft';

interface Kept {
  dataset: { id: string; path: string | null; data: DataSpecification } | null;
  specification: RunSpecificationDocument | null;
}

function read(): Kept {
  const nothing: Kept = { dataset: null, specification: null };
  try {
    const stored: unknown = JSON.parse(globalThis.localStorage?.getItem(remembered) ?? 'null');
    return typeof stored === 'object' && stored !== null ? { ...nothing, ...stored } : nothing;
  } catch {
    return nothing; // written by something else: start anew
  }
}

class Draft {
  #kept = $state.raw<Kept>(read());
  /** what was read, while it is open; found again after a reload by Data */
  summary = $state.raw<DatasetSummary | null>(null);

  get dataset(): Kept['dataset'] {
    return this.#kept.dataset;
  }

  /** How the open data set is read and split. */
  get data(): DataSpecification | null {
    return this.#kept.dataset?.data ?? null;
  }

  get specification(): RunSpecificationDocument | null {
    return this.#kept.specification;
  }

  /** Opens a data set as the engine proposes to read it. A specification made for other data is dropped. */
  openDataset(summary: DatasetSummary): void {
    this.summary = summary;
    const known = this.#kept.dataset?.id === summary.id;
    if (known) return;
    this.#keep({ dataset: { id: summary.id, path: summary.path, data: summary.specification }, specification: null });
  }

  /** Changes how the data is read; the specification of the run follows. */
  setData(data: DataSpecification): void {
    const { dataset, specification } = this.#kept;
    if (!dataset) return;
    this.#keep({ dataset: { ...dataset, data }, specification: specification && { ...specification, data } });
  }

  /** Sets the specification of the run to come; its data becomes the data that is open. */
  setSpecification(specification: RunSpecificationDocument | null): void {
    this.#keep({ ...this.#kept, specification });
  }

  #keep(kept: Kept): void {
    this.#kept = kept;
    localStorage.setItem(remembered, JSON.stringify(kept));
  }
}

export const draft = new Draft();
