import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import type { LocalVoice } from '../../engine/api/contract/index.ts';
import { FakeVendor, FakeVoiceModels } from '../../engine/api/fake-voices.ts';
import { type Api, type ApiOptions, fakeOwner, startApi } from '../../engine/api/index.ts';
import { type Clock, silentLog, systemClock, systemIds } from '../../engine/foundation/index.ts';
import { fakeEmbed } from '../../engine/knowledge/fake-embedding.ts';
import { type Box, openBox } from '../../engine/store/index.ts';
import { nowMs } from './practice.ts';
import { ScriptedLiveCalls } from './scripted-live.ts';

const executablePath = '/usr/bin/chromium';
export const hasBrowser = existsSync(executablePath);
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The title of tests that need the browser: it says so where there is none. */
export const withBrowser = (title: string): string =>
  hasBrowser ? title : `${title} (skipped: no browser at ${executablePath})`;

const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const localVoices = [
  {
    ...{ id: 'piper-en-us-joe-medium', name: 'Joe', language: 'en-US', sex: 'male', character: 'clear' },
    ...{ pace: 'any', installed: true },
  },
  {
    ...{ id: 'kokoro-af_heart', name: 'Heart', language: 'en-US', sex: 'female', character: 'warm' },
    ...{ pace: 'gpu', installed: false },
  },
] as const satisfies readonly LocalVoice[];

export interface PageOptions extends BrowserContextOptions {
  /** The page's clock stands at the practice's day; else it is that of the machine. */
  readonly atPracticeDay?: boolean;
  readonly address?: string;
}

/** The page as it is built, in a real browser, before a real API over a real store. */
export class Stage {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'voxbox-stage-'));
  readonly live = new ScriptedLiveCalls();
  readonly pageDir: string;
  /** What went wrong on any page. */
  readonly complaints: string[] = [];
  readonly box: Box;
  readonly #signIn: boolean;
  readonly #isBuilt: boolean;
  readonly #parts: Partial<ApiOptions>;
  #api: Api | null = null;
  #browser: Browser | null = null;
  #port = 0;

  /**
   * @param signIn people sign in; else whoever opens the page is an owner of the box
   * @param parts what the API has beside its usual parts, or in their place
   * @param pageDir the page of another stage, which has built it
   */
  constructor({
    clock,
    signIn = false,
    parts = {},
    pageDir,
  }: {
    readonly clock: Clock;
    readonly signIn?: boolean;
    readonly parts?: Partial<ApiOptions>;
    readonly pageDir?: string;
  }) {
    this.#isBuilt = pageDir !== undefined;
    this.pageDir = pageDir ?? join(this.dataDir, 'page');
    this.#signIn = signIn;
    this.#parts = parts;
    this.box = openBox({ dataDir: this.dataDir, clock, ids: systemIds, log: silentLog });
  }

  async open(): Promise<void> {
    if (!this.#isBuilt) {
      await build({
        configFile: join(root, 'renderer', 'vite.config.ts'),
        logLevel: 'error',
        build: { outDir: this.pageDir },
      });
    }
    await this.startApi();
    this.#browser = await chromium.launch({ executablePath, args });
  }

  /** At the address it had before. */
  async startApi(): Promise<void> {
    this.#api = await startApi({
      ...{ host: '127.0.0.1', port: this.#port, box: this.box, live: this.live, log: silentLog },
      ...{ dataDir: this.dataDir, pageDir: this.pageDir, embed: fakeEmbed },
      ...(this.#signIn ? {} : { whoIs: fakeOwner }),
      voices: {
        ...{
          local: async () => localVoices,
          inference: () => new FakeVoiceModels(),
          vendors: new FakeVendor(),
        },
        ...{ clock: systemClock, ids: systemIds },
      },
      models: { modelsDir: join(this.dataDir, 'models'), env: {} },
      health: () => ({ status: 'ready', version: '0.1.0', sipAddress: '192.168.1.20:5060', capacity: 4 }),
      ...this.#parts,
    });
    this.#port = this.#api.port;
  }

  /** As if the engine were gone. */
  async stopApi(): Promise<void> {
    await this.#api?.stop();
    this.#api = null;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** A browser that has seen nothing yet, at a page of the product: `calls`, `settings/box`, ... */
  async page(path = 'desk', options: PageOptions = {}): Promise<Page> {
    const { atPracticeDay = true, address = this.address, ...context } = options;
    if (!this.#browser) throw new Error('the stage is not open');
    const opened = await this.#browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-US',
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
      ...context,
    });
    const page = await opened.newPage();
    page.setDefaultTimeout(15_000);
    if (atPracticeDay) await page.clock.install({ time: nowMs });
    page.on('console', (message) => {
      // What a test breaks on purpose is told by the browser as well.
      const isOfNetwork = /^Failed to load resource|^WebSocket connection to/.test(message.text());
      if (['error', 'warning'].includes(message.type()) && !isOfNetwork) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    await page.goto(`${address}#/${path}`);
    return page;
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    await this.stopApi();
    this.box.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
