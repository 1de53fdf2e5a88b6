import { join } from 'node:path';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { UserError } from '#core/graph';
import { homeFolder, isLearntFrom } from '#core/runs';
import { codec } from '../transport/codec';
import type { ServerMessage } from '../transport/message';
import { EngineProcess } from './engine-process';
import { refusal, securityHeaders } from './guard';
import { Session } from './session';
import { sendStaticFile } from './static-files';
import { Uploads, type UploadLimits } from './uploads';

export interface WebHostOptions {
  /** 0 takes a free one. */
  port: number;
  /** Folder of the built page. */
  page: string;
  /** File of the built engine. */
  engine: string;
  environment?: NodeJS.ProcessEnv;
  uploadLimits?: Partial<UploadLimits>;
  report?: (line: string) => void;
}

export interface WebHost {
  readonly port: number;
  /** The address with its one-time token. */
  readonly url: string;
  readonly enginePid: number | undefined;
  close(): Promise<void>;
}

/** The largest message a window may send; what it sends are questions, not data. */
const largestFrame = 64 * 2 ** 20;
export const socketPath = '/socket';
export const uploadPath = '/upload';

/**
 * Serves Basin's page and its contract on the loopback interface, to the one browser that brings the token. The engine
 * is a process of its own: when it ends, the window is told and another takes its place.
 *
 * @throws UserError when the port is in use
 */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const host = new Host(options);
  await host.listen();
  return host;
}

class Host implements WebHost {
  readonly #options: WebHostOptions;
  readonly #session = new Session();
  readonly #uploads: Uploads;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: largestFrame });
  readonly #connections = new Map<number, WebSocket>();
  #engine: EngineProcess | undefined;
  #lastConnection = 0;
  #port = 0;

  constructor(options: WebHostOptions) {
    this.#options = options;
    this.#uploads = new Uploads({ folder: join(homeFolder(), 'uploads'), inUse: isLearntFrom }, options.uploadLimits);
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.on('upgrade', (request, socket, head) => {
      const url = new URL(request.url ?? '/', 'http://host');
      const reason =
        refusal(request.headers, this.#port, { needsOrigin: true }) ??
        (url.pathname !== socketPath ? 'no such address' : undefined) ??
        (this.#session.admits(request.headers.cookie) ? undefined : 'no session');
      if (reason) {
        socket.end(`HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#connect(webSocket));
    });
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/?token=${this.#session.token}`;
  }

  get enginePid(): number | undefined {
    return this.#engine?.pid;
  }

  async listen(): Promise<void> {
    const { port, engine, environment, report } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port)));
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    this.#port = typeof address === 'object' && address ? address.port : port;
    this.#engine = new EngineProcess(engine, { BASIN_SHELL: 'web', ...environment }, {
      frame: (connection, frame) => this.#connections.get(connection)?.send(frame),
      close: (connection) => this.#connections.get(connection)?.close(),
      ended: (error) => {
        report?.(`${error.message} ${error.hint}`);
        const message: ServerMessage = { type: 'interrupted', error };
        for (const [connection, socket] of this.#connections) {
          this.#engine?.send({ kind: 'open', connection });
          socket.send(codec.encode(message));
        }
      },
    });
  }

  async close(): Promise<void> {
    await this.#engine?.shutdown();
    for (const socket of this.#connections.values()) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    this.#uploads.clear();
  }

  #connect(socket: WebSocket): void {
    const connection = ++this.#lastConnection;
    this.#connections.set(connection, socket);
    this.#engine?.send({ kind: 'open', connection });
    socket.on('message', (data: RawData, isBinary) => {
      if (isBinary) this.#engine?.send({ kind: 'frame', connection, frame: bytesOf(data) });
    });
    socket.on('close', () => {
      this.#connections.delete(connection);
      this.#engine?.send({ kind: 'close', connection });
    });
    // A broken socket closes as well; that is where it is dealt with.
    socket.on('error', () => undefined);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#route(request, response);
    } catch (error) {
      if (!(error instanceof UserError)) this.#options.report?.(error instanceof Error ? (error.stack ?? error.message) : String(error));
      const status = error instanceof UserError ? 422 : 500;
      const body = error instanceof UserError
        ? { code: error.code, message: error.message, hint: error.hint, ours: false }
        : { code: 'internal', message: 'The host failed to answer.', ours: true };
      if (response.headersSent) response.destroy();
      else this.#sendJson(response, status, body);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://host');
    const upload = url.pathname === uploadPath;
    const refused = refusal(request.headers, this.#port, { needsOrigin: request.method !== 'GET' && request.method !== 'HEAD' });
    if (refused) return this.#sendText(response, 403, refused);
    const token = url.searchParams.get('token');
    if (token !== null && url.pathname === '/') return this.#enter(token, response);
    if (!this.#session.admits(request.headers.cookie)) {
      return this.#sendText(response, 401, 'Open the address that Basin printed when it started; it carries the token.');
    }
    if (upload && request.method === 'POST') {
      const stored = await this.#uploads.receive(url.searchParams.get('batch') ?? '', url.searchParams.get('name') ?? '', request);
      return this.#sendJson(response, 200, stored);
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return this.#sendText(response, 405, 'Only GET is answered here.');
    // The raw path: the parsed one has already resolved what `..` it could.
    const [path = '/'] = (request.url ?? '/').split('?');
    const sent = await sendStaticFile(this.#options.page, path, response, securityHeaders(this.#port), request.method === 'GET');
    if (!sent) this.#sendText(response, 404, 'There is no such page.');
  }

  #enter(token: string, response: ServerResponse): void {
    const cookie = this.#session.exchange(token);
    if (cookie === undefined) return this.#sendText(response, 403, 'This token is not the one that Basin printed.');
    if (cookie === 'used') {
      return this.#sendText(response, 403, 'This address has been used already. Go to the page that is open, or start Basin again for a new address.');
    }
    response.writeHead(303, { ...securityHeaders(this.#port), 'Set-Cookie': cookie, Location: '/', 'Cache-Control': 'no-store' });
    response.end();
  }

  #sendText(response: ServerResponse, status: number, text: string): void {
    response.writeHead(status, { ...securityHeaders(this.#port), 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
    response.end(`${text}\n`);
  }

  #sendJson(response: ServerResponse, status: number, body: unknown): void {
    response.writeHead(status, { ...securityHeaders(this.#port), 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    response.end(JSON.stringify(body));
  }
}

function listenError(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new UserError('serve.port-in-use', `Port ${port} is in use by another program.`, {
      hint: 'Choose another with --port, or 0 for any free one.', cause: error,
    });
  }
  if (error.code === 'EACCES') {
    return new UserError('serve.port-not-allowed', `Port ${port} may not be used by this user.`, { hint: 'Choose one above 1023.', cause: error });
  }
  return error;
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
