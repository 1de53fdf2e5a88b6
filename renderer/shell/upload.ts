import type { NamedFile } from './dropped-files';
import type { OnProgress } from './shell';

/**
 * Streams files to the web host and answers with the path of each top-level file or folder there. The files of one
 * call share a batch, so that a folder arrives as a folder.
 */
export async function upload(files: NamedFile[], onProgress: OnProgress): Promise<string[]> {
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  const batch = crypto.randomUUID();
  const roots = new Map<string, string>();
  let before = 0;
  for (const { file, path } of files) {
    const query = new URLSearchParams({ name: path, batch });
    const answer = await send(`upload?${query}`, file, (sent) => onProgress(before + sent, total));
    roots.set(path.split('/')[0] ?? path, answer.root);
    before += file.size;
  }
  return [...roots.values()];
}

interface Uploaded {
  path: string;
  /** the top-level file or folder of the batch that the path is in */
  root: string;
}

/** XMLHttpRequest, since `fetch` cannot tell how much has been sent. */
function send(address: string, file: File, onSent: (bytes: number) => void): Promise<Uploaded> {
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    request.upload.addEventListener('progress', (event) => onSent(event.loaded));
    request.addEventListener('error', () => reject(new Error(`${file.name} could not be sent: the connection to Basin ended.`)));
    request.addEventListener('load', () => {
      const answer: unknown = parse(request.responseText);
      if (request.status < 300 && isUploaded(answer)) resolve(answer);
      else reject(refusal(answer, file.name, request.status));
    });
    request.open('POST', address);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.send(file);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // an answer without a body: the status says what happened
  }
}

function isUploaded(answer: unknown): answer is Uploaded {
  return typeof answer === 'object' && answer !== null && 'path' in answer && 'root' in answer;
}

function refusal(answer: unknown, name: string, status: number): Error {
  const fields = typeof answer === 'object' && answer !== null ? answer : {};
  const message = 'message' in fields && typeof fields.message === 'string' ? fields.message : `${name} was refused (HTTP ${status}).`;
  return Object.assign(new Error(message), fields, { message });
}
