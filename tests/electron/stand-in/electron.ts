import { EventEmitter } from 'node:events';
import { vi } from 'vitest';
import { Contents } from './contents';
import { Channel, Child } from './process';

type Handler = (...args: never[]) => unknown;

class Session extends EventEmitter {
  request: ((contents: unknown, permission: string, decide: (granted: boolean) => void) => void) | undefined;
  check: ((contents: unknown, permission: string) => boolean) | undefined;
  device: (() => boolean) | undefined;
  display: ((request: unknown, decide: (streams: object) => void) => void) | undefined;
  setPermissionRequestHandler = (handler: Session['request']) => void (this.request = handler);
  setPermissionCheckHandler = (handler: Session['check']) => void (this.check = handler);
  setDevicePermissionHandler = (handler: Session['device']) => void (this.device = handler);
  setDisplayMediaRequestHandler = (handler: Session['display']) => void (this.display = handler);
}

/** The few modules of Electron that the shell uses, recording what is asked of them. A fresh set for every test. */
export function standIn(options: { appFolder: string; userData: string; firstInstance?: boolean; packaged?: boolean }) {
  const windows: Window[] = [];
  const children: Child[] = [];
  const handlers = new Map<string, Handler>();
  const schemes: { scheme: string; privileges: Record<string, boolean> }[] = [];
  const files = new Map<string, (request: Request) => Promise<Response>>();

  class App extends EventEmitter {
    readonly isPackaged = options.packaged ?? false;
    /** What happened, in order. */
    readonly log: string[] = [];
    readonly exit = vi.fn<(code: number) => void>();
    requestSingleInstanceLock = () => options.firstInstance ?? true;
    enableSandbox = () => void this.log.push('sandbox');
    whenReady = () => {
      this.log.push('ready');
      return Promise.resolve();
    };
    getAppPath = () => options.appFolder;
    getPath = () => options.userData;
    /** Asks whoever listens before it ends, as Electron does. */
    quit(): void {
      let prevented = false;
      this.emit('before-quit', { preventDefault: () => void (prevented = true) });
      this.log.push(prevented ? 'quit put off' : 'quit');
    }
  }
  const app = new App();

  class Window extends EventEmitter {
    readonly webContents = new Contents();
    readonly focus = vi.fn<() => void>();
    readonly restore = vi.fn<() => void>();
    readonly show = vi.fn<() => void>();
    readonly maximize = vi.fn<() => void>();
    destroyed = false;
    minimized = false;
    loaded: string | undefined;
    constructor(readonly options: { width: number; height: number; webPreferences: Record<string, unknown> }) {
      super();
      windows.push(this);
      app.emit('web-contents-created', {}, this.webContents);
    }
    loadURL(url: string): Promise<void> {
      this.loaded = url;
      this.webContents.mainFrame.url = url;
      return Promise.resolve();
    }
    isDestroyed = () => this.destroyed;
    isMinimized = () => this.minimized;
    isMaximized = () => true;
    getNormalBounds = () => ({ x: 0, y: 0, width: 1234, height: 765 });
  }

  const defaultSession = new Session();
  const ipcMain = Object.assign(new EventEmitter(), {
    handle: (channel: string, handler: Handler) => void handlers.set(channel, handler),
  });

  const modules = {
    app,
    BrowserWindow: Window,
    protocol: {
      registerSchemesAsPrivileged: (list: typeof schemes) => {
        app.log.push('scheme');
        schemes.push(...list);
      },
      handle: (scheme: string, handler: (request: Request) => Promise<Response>) => void files.set(scheme, handler),
    },
    session: { defaultSession },
    shell: { openExternal: vi.fn<(url: string) => Promise<void>>(() => Promise.resolve()) },
    dialog: {
      showErrorBox: vi.fn<(title: string, text: string) => void>(),
      showOpenDialog: vi.fn<(window: unknown, options: object) => Promise<{ canceled: boolean; filePaths: string[] }>>(),
      showSaveDialog: vi.fn<(window: unknown, options: object) => Promise<{ canceled: boolean; filePath: string }>>(),
    },
    ipcMain,
    Menu: { setApplicationMenu: vi.fn<(menu: unknown) => void>(), buildFromTemplate: (template: unknown) => template },
    nativeTheme: { shouldUseDarkColors: false },
    utilityProcess: {
      fork: (entry: string, _args: string[], forkOptions: Child['options']) => {
        const child = new Child(entry, forkOptions);
        children.push(child);
        return child;
      },
    },
    MessageChannelMain: Channel,
  };
  return { modules, windows, children, handlers, schemes, files, defaultSession };
}

export type StandIn = ReturnType<typeof standIn>;
