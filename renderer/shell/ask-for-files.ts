import type { NamedFile } from './dropped-files';
import type { ChooseOptions } from './shell';

/** The browser's own dialog for files, or for one folder with everything in it. Cancelled: an empty list. */
export function askForFiles(options: ChooseOptions & { folder?: boolean }): Promise<NamedFile[]> {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = options.multiple ?? false;
  input.webkitdirectory = options.folder ?? false;
  if (options.extensions) input.accept = options.extensions.map((ending) => `.${ending}`).join(',');
  return new Promise((resolve) => {
    input.addEventListener('cancel', () => resolve([]));
    input.addEventListener('change', () =>
      resolve([...(input.files ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name }))),
    );
    input.click();
  });
}
