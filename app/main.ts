/** The desktop shell: a window on the engine's page, and the engine as a child that is kept running. */
import { join } from 'node:path';
import { app, ipcMain, Menu, safeStorage, shell } from 'electron';
import { type Door, doorChannel } from './door.ts';
import { openEngineLog } from './engine-log.ts';
import { engineLauncher } from './engine-process.ts';
import { judgeKeyStore } from './key-store.ts';
import { strings } from './strings.ts';
import { Supervisor } from './supervisor.ts';
import { createTray } from './tray.ts';
import { MainWindow } from './window.ts';

// Chromium's files have a place of their own: on macOS the usual one is the engine's data directory.
if (!app.commandLine.hasSwitch('user-data-dir')) {
  app.setPath('userData', join(app.getPath('appData'), 'voxbox-shell'));
}
app.enableSandbox();
if (app.requestSingleInstanceLock()) void app.whenReady().then(run);
else app.quit();

function run(): void {
  const log = openEngineLog(join(app.getPath('userData'), 'logs', 'engine.log'), () => new Date());
  const restart = (): void => supervisor.restart();
  const open = (): void => window.show();
  const showLog = (): void => shell.showItemInFolder(log.file);
  let quitting = false;
  const window = new MainWindow({
    ...{ logFile: log.file, devTools: !app.isPackaged, onRestart: restart, quitting: () => quitting },
  });
  const showInTray = createTray({ open, restart, showLog, quit: () => app.quit() });
  const supervisor = new Supervisor({
    launch: engineLauncher({ ...enginePaths(), log: log.line }),
    nowMs: () => performance.now(),
    onState(state) {
      log.line(`shell: ${state.kind}${'fault' in state && state.fault ? ` after ${state.fault.exit}` : ''}`);
      window.showState(state);
      showInTray(state);
    },
  });
  const system = process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : [];
  Menu.setApplicationMenu(Menu.buildFromTemplate([...system, { role: 'editMenu' }, { role: 'viewMenu' }]));
  app.on('second-instance', open);
  app.on('activate', open);
  app.on('before-quit', (event) => {
    quitting = true;
    if (supervisor.state.kind === 'stopped') return;
    event.preventDefault();
    void supervisor.stop().then(() => app.quit());
  });
  answerDoor(supervisor, window);
  void tellKeyStore(log.line);
  supervisor.start();
}

/** The engine lies beside this program's archive when it is installed, else in the tree. */
function enginePaths(): { readonly node: string; readonly main: string } {
  const box = app.isPackaged ? join(process.resourcesPath, 'box') : app.getAppPath();
  const node = process.platform === 'win32' ? 'node.exe' : 'node';
  return { node: join(box, 'node_modules', 'node', 'bin', node), main: join(box, 'engine', 'main.ts') };
}

/** Tells the engine's own page where the engine is, and a token once. */
function answerDoor(supervisor: Supervisor, window: MainWindow): void {
  let given: string | null = null;
  ipcMain.handle(doorChannel, ({ senderFrame }): Door | null => {
    const { state } = supervisor;
    if (state.kind !== 'running' || !senderFrame || !window.isEngine(senderFrame.url)) return null;
    const token = state.engine.token === given ? null : state.engine.token;
    given = state.engine.token;
    return { address: state.engine.http, token };
  });
}

/** The engine takes its key from a file only, so nothing is handed over; the log says what would be possible. */
async function tellKeyStore(log: (line: string) => void): Promise<void> {
  const verdict = judgeKeyStore({
    available: await safeStorage.isAsyncEncryptionAvailable(),
    backend: process.platform === 'linux' ? safeStorage.getSelectedStorageBackend() : null,
  });
  const found = verdict.ok ? `key store: ${verdict.store}.` : `${verdict.why} ${verdict.help}`;
  log(`shell: ${found} ${strings.keyInFile}`);
}
