/** Short messages at the window's edge. A failure stays until it is closed; a success leaves by itself. */
export interface Notice {
  id: number;
  kind: 'done' | 'failure';
  title: string;
  detail?: string;
  hint?: string;
}

class Notices {
  #last = 0;
  list = $state<Notice[]>([]);

  done(title: string, detail?: string): void {
    const id = this.#add({ kind: 'done', title, ...(detail === undefined ? {} : { detail }) });
    setTimeout(() => this.close(id), 5000);
  }

  /** Shows an error from the host (message and hint) or of the window itself. */
  failure(title: string, error: unknown): void {
    const { message, hint } = explain(error);
    this.#add({ kind: 'failure', title, detail: message, ...(hint === undefined ? {} : { hint }) });
  }

  close(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  #add(notice: Omit<Notice, 'id'>): number {
    const id = ++this.#last;
    this.list = [...this.list.slice(-3), { ...notice, id }];
    return id;
  }
}

/** What an error says to a person; `ours` is true for a fault of Basin's, false for a mistake it can explain. */
export interface Explanation {
  message: string;
  hint?: string;
  code?: string;
  ours: boolean;
}

/** Reads the host's errors ({ code, message, hint, ours }) and anything else that was thrown. */
export function explain(error: unknown): Explanation {
  if (typeof error !== 'object' || error === null) return { message: String(error), ours: true };
  const fields = { ...('data' in error && typeof error.data === 'object' ? error.data : {}), ...error } as Record<string, unknown>;
  const text = (name: string): string | undefined => (typeof fields[name] === 'string' ? fields[name] : undefined);
  const message = (error instanceof Error ? error.message : text('message')) ?? String(error);
  const hint = text('hint');
  const code = text('code');
  return { message, ours: fields.ours !== false, ...(hint ? { hint } : {}), ...(code ? { code } : {}) };
}

export const notices = new Notices();

/** Whether an error only says that the engine went away: the banner tells of that. */
export const connectionLost = (error: unknown): boolean => ['engine.ended', 'connection.closed'].includes(explain(error).code ?? '');
