import { join } from 'node:path';
import { BrowserWindow, type Session, shell, type WebContents } from 'electron';
import { pageFor } from './pages.ts';
import { judgeNavigation, originOf, permits } from './policy.ts';
import type { EngineState } from './watchdog.ts';

export interface WindowOptions {
  readonly logFile: string;
  readonly devTools: boolean;
  readonly onRestart: () => void;
  /** True once the program is about to end: closing then closes. */
  readonly quitting: () => boolean;
}

/** The one window: the engine's page while it runs, else a page of the shell that says what is going on. */
export class MainWindow {
  readonly #options: WindowOptions;
  readonly #window: BrowserWindow;
  /** Origin of the engine; null while none runs. */
  #engine: string | null = null;
  /** Where the engine's page was left. */
  #left = '';

  constructor(options: WindowOptions) {
    this.#options = options;
    this.#window = new BrowserWindow({
      ...{ width: 1280, height: 860, minWidth: 390, minHeight: 480, show: false, autoHideMenuBar: true },
      icon: join(import.meta.dirname, '../icon.png'),
      webPreferences: {
        preload: join(import.meta.dirname, 'preload.cjs'),
        ...{ contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false },
        ...{ devTools: options.devTools, spellcheck: false, partition: 'persist:voxbox' },
      },
    });
    this.#guardNavigation(this.#window.webContents);
    this.#guardPermissions(this.#window.webContents.session);
    this.#window.once('ready-to-show', () => this.show());
    this.#window.on('close', (event) => {
      if (options.quitting()) return;
      event.preventDefault();
      this.#window.hide();
    });
  }

  show(): void {
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  /** True for the page of the engine that runs now. */
  isEngine = (address: string): boolean => this.#engine !== null && originOf(address) === this.#engine;

  showState(state: EngineState): void {
    if (this.#window.isDestroyed()) return;
    const shown = this.#window.webContents.getURL();
    if (this.isEngine(shown)) this.#left = shown;
    this.#engine = state.kind === 'running' ? originOf(state.engine.http) : null;
    if (state.kind === 'running') this.#load(this.isEngine(this.#left) ? this.#left : state.engine.http);
    else {
      const page = pageFor(state, this.#options.logFile);
      this.#load(`data:text/html;charset=utf-8,${encodeURIComponent(page)}`);
    }
  }

  #load(address: string): void {
    // Fails when the next load overtakes it, or the engine dies just then; the next state shows a page for that.
    this.#window.loadURL(address).catch(() => {});
  }

  #guardNavigation(contents: WebContents): void {
    const follow = (address: string): boolean => {
      const verdict = judgeNavigation(address, this.#engine);
      if (verdict === 'browser') void shell.openExternal(address);
      if (verdict === 'restart') this.#options.onRestart();
      return verdict === 'stay';
    };
    contents.on('will-frame-navigate', (event) => follow(event.url) || event.preventDefault());
    contents.on('will-redirect', (event) => this.isEngine(event.url) || event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      follow(url);
      return { action: 'deny' };
    });
  }

  #guardPermissions(session: Session): void {
    session.setPermissionRequestHandler((_contents, permission, answer, details) => {
      const media = 'mediaTypes' in details ? (details.mediaTypes ?? []) : [];
      answer(permits({ permission, from: details.requestingUrl, media }, this.#engine));
    });
    session.setPermissionCheckHandler((_contents, permission, from, { mediaType }) =>
      permits({ permission, from, media: mediaType ? [mediaType] : [] }, this.#engine),
    );
    session.setDevicePermissionHandler(() => false);
  }
}
