import { openRun, readSettings, type OpenRun } from '#core/runs';

/** Where and with what a command opens a run. */
export interface OpenedWith {
  readonly member?: number | 'best';
  readonly device?: string;
  readonly threads?: number;
}

/** A run opened as a command's options say. */
export const openFolder = (folder: string, { member, device, threads }: OpenedWith): Promise<OpenRun> =>
  openRun(folder, { threads: threads ?? readSettings().threads, ...(device !== undefined && { device }), ...(member !== undefined && { member }) });
