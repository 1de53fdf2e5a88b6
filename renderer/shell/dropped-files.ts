/** A file with its place below what was dropped: `flowers/train/rose/1.png`. */
export interface NamedFile {
  file: File;
  path: string;
}

/** The files of a drop; folders are walked. Must be called while the drop event is being handled. */
export function droppedFiles(dropped: DataTransfer): Promise<NamedFile[]> {
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (entries.every((entry) => entry === null)) {
    return Promise.resolve([...dropped.files].map((file) => ({ file, path: file.name })));
  }
  return Promise.all(entries.filter((entry) => entry !== null).map((entry) => walk(entry, ''))).then((lists) => lists.flat());
}

async function walk(entry: FileSystemEntry, above: string): Promise<NamedFile[]> {
  const path = above + entry.name;
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ file, path }];
  }
  if (!isDirectory(entry)) return [];
  const reader = entry.createReader();
  const found: NamedFile[] = [];
  for (;;) {
    // The browser hands a folder out in portions; an empty one is the end.
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (portion.length === 0) return found;
    for (const child of portion) found.push(...(await walk(child, `${path}/`)));
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
