import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runningEngine } from '../../engine/store/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const packages = join(root, 'node_modules');
const pathFile = join(packages, 'electron', 'path.txt');

function whyNot(): string | null {
  if (!existsSync(pathFile)) return "Electron's binary is not installed";
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  return process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY ? 'there is no display' : null;
}

beforeAll(() => {
  const builder = join(packages, 'electron-vite', 'bin', 'electron-vite.js');
  const { status, stderr } = spawnSync(process.execPath, [builder, 'build', '--logLevel', 'warn'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the shell could not be built: ${stderr}`);
});

describe('the build of the shell', () => {
  const imported = (file: string): string[] =>
    [
      ...readFileSync(join(root, 'app', 'dist', file), 'utf8').matchAll(
        /(?:from|import|require\()\s*"([^"]+)"/g,
      ),
    ]
      .map(([, name]) => name ?? '')
      .filter((name) => !name.startsWith('node:'));

  it('brings all that it needs but Electron', () => {
    expect([...new Set(imported('main.js'))]).toEqual(['electron']);
  });

  it('has a preload that a sandbox can load: a script that knows Electron only', () => {
    expect(imported('preload.cjs')).toEqual(['electron']);
    expect(readFileSync(join(root, 'app', 'dist', 'preload.cjs'), 'utf8')).not.toMatch(
      /^\s*(import|export)\b/m,
    );
  });
});

const missing = whyNot();

describe.skipIf(missing !== null)(missing ? `the shell (skipped: ${missing})` : 'the shell', () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxbox-shell-'));
  const dataDir = join(folder, 'data');
  let shell: ElectronApplication;
  let page: Page;

  const launch = (): Promise<ElectronApplication> =>
    _electron.launch({
      executablePath: join(packages, 'electron', 'dist', readFileSync(pathFile, 'utf8')),
      // Chromium's own sandbox does not run as root.
      args: [
        root,
        `--user-data-dir=${join(folder, 'shell')}`,
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ],
      env: {
        ...process.env,
        ...{ VOXBOX_DATA: dataDir, VOXBOX_MODELS: join(folder, 'models'), VOXBOX_HTTP_PORT: '0' },
        ...{ VOXBOX_SIP_PORT: '0', VOXBOX_SIP_HOST: '127.0.0.1' },
      },
    });
  const enginePid = (): number | null => runningEngine(dataDir)?.pid ?? null;
  const windows = (): Promise<boolean[]> =>
    shell.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((one) => one.isVisible()));

  beforeAll(async () => {
    shell = await launch();
    page = await shell.firstWindow();
    await page.waitForURL(/^http:/);
  });

  afterAll(async () => {
    await shell?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("shows the engine's page, which has the address and nothing of Node", async () => {
    const { origin } = new URL(page.url());
    expect(await page.evaluate('window.voxbox.door()')).toEqual({ address: origin, token: null });
    expect(await page.evaluate('[typeof require, typeof process, Object.keys(window.voxbox)]')).toEqual([
      ...['undefined', 'undefined', ['door']],
    ]);
  });

  it('stays on that page: only https leaves, for the browser', async () => {
    await shell.evaluate(({ shell: system }) => {
      system.openExternal = async (address) => void Object.assign(globalThis, { opened: address });
    });
    const before = page.url();
    for (const address of ['http://127.0.0.1:9/', 'file:///etc/hostname', 'https://example.com/manual']) {
      await page.evaluate(`void (location.href = ${JSON.stringify(address)})`);
    }
    await page.evaluate("void window.open('http://127.0.0.1:9/')");
    await expect
      .poll(() => shell.evaluate(() => Reflect.get(globalThis, 'opened')))
      .toBe('https://example.com/manual');
    expect(page.url()).toBe(before);
    expect(await windows()).toHaveLength(1);
  });

  it('lends no camera and no place', async () => {
    const refused = '(error) => error.name ?? String(error.code)';
    expect(
      await page.evaluate(`navigator.mediaDevices.getUserMedia({ video: true }).catch(${refused})`),
    ).toMatch(/NotAllowed|NotFound/);
    expect(
      await page.evaluate("navigator.permissions.query({ name: 'geolocation' }).then(({ state }) => state)"),
    ).toBe('denied');
  });

  it('says that the engine died, and shows its page again when it is back', async () => {
    const first = enginePid();
    if (first === null) throw new Error('no engine runs');
    process.kill(first, 'SIGKILL');
    await page.getByRole('heading', { name: 'The engine has stopped while it was working' }).waitFor();
    await page.waitForURL(/^http:/);
    expect(enginePid()).not.toBe(first);
  });

  it('goes on in the tray when its window is closed; a second start opens it again', async () => {
    await shell.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await expect.poll(windows).toEqual([false]);
    expect(enginePid()).not.toBeNull();
    // It ends at once, which playwright takes for a failure.
    await launch().catch(() => null);
    await expect.poll(windows).toEqual([true]);
  });

  it('ends its engine when it is quit', async () => {
    await shell.close();
    expect(enginePid()).toBeNull();
  });
});
