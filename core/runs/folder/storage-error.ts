import { UserError } from '#core/graph';

/** Says in words why a file could not be written; errors that are not the disk's come back unchanged. */
export function storageError(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new UserError('run.disk-full', `The disk is full: ${path} could not be written.`, {
        hint: 'Make room and resume the run; it goes on from its last checkpoint.',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new UserError('run.not-writable', `No permission to write ${path}.`, {
        hint: 'Choose another folder, or change its permissions.',
        cause: error,
      });
    case 'ENOENT':
      return new UserError('run.folder-gone', `${path} could not be written: its folder is gone.`, {
        hint: 'Was the run moved or removed while it was in use?',
        cause: error,
      });
    default:
      return error;
  }
}
