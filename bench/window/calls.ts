import type { Page } from 'playwright';

/** What the page has asked of WebGL since it was last read. */
export interface Calls {
  readonly draws: number;
  readonly triangles: number;
  /** Buffers and textures. */
  readonly uploadedBytes: number;
  /** Frames in which something was drawn. */
  readonly frames: number;
}

/** What is counted in: of the page, where benchmarks have no types of a browser. */
interface InPage<Method> {
  readonly document: { readonly timeline: { readonly currentTime: number } };
  readonly WebGL2RenderingContext: { readonly prototype: Record<string, Method> };
}

/** Counts WebGL's calls from now on in every page that is opened. */
export async function countCalls(page: Page): Promise<void> {
  await page.addInitScript(() => {
    type Method = (this: unknown, ...values: unknown[]) => unknown;
    const { document, WebGL2RenderingContext } = globalThis as unknown as InPage<Method>;
    const calls = { draws: 0, triangles: 0, uploadedBytes: 0, frames: 0 };
    Object.assign(globalThis, { webglCalls: calls });
    let drawnAt = -1;
    const drew = (mode: number, count: number, instances = 1): void => {
      calls.draws++;
      if (mode === 4) calls.triangles += (count / 3) * instances;
      const at = document.timeline.currentTime;
      if (at !== drawnAt) calls.frames++;
      drawnAt = at;
    };
    const { prototype } = WebGL2RenderingContext;
    const before = (name: string, note: (values: readonly unknown[]) => void): void => {
      const method = prototype[name]!;
      prototype[name] = function (...values) {
        note(values);
        return method.apply(this, values);
      };
    };
    const bytes = (value: unknown): number => (ArrayBuffer.isView(value) ? value.byteLength : 0);
    before('drawElements', (values) => drew(values[0] as number, values[1] as number));
    before('drawArrays', (values) => drew(values[0] as number, values[2] as number));
    before('drawElementsInstanced', (values) => drew(values[0] as number, values[1] as number, values[4] as number));
    before('drawArraysInstanced', (values) => drew(values[0] as number, values[2] as number, values[3] as number));
    before('bufferData', (values) => (calls.uploadedBytes += bytes(values[1])));
    // bufferSubData(target, offset, data, start, length): three.js sends parts of an array this way.
    before('bufferSubData', ([, , data, , length]) => (calls.uploadedBytes += typeof length === 'number' && length > 0 ? length * ((data as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1) : bytes(data)));
    before('texImage2D', (values) => (calls.uploadedBytes += bytes(values.at(-1))));
    before('texSubImage2D', (values) => (calls.uploadedBytes += bytes(values.at(-1))));
  });
}

/** Reads the counts and starts them anew. */
export async function readCalls(page: Page): Promise<Calls> {
  return page.evaluate(() => {
    const { webglCalls } = globalThis as unknown as { webglCalls: Record<keyof Calls, number> };
    const read = { ...webglCalls };
    Object.assign(webglCalls, { draws: 0, triangles: 0, uploadedBytes: 0, frames: 0 });
    return read;
  });
}
