import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { LocalVoice } from '../../engine/api/contract/index.ts';
import { FakeVendor, FakeVoiceModels } from '../../engine/api/fake-voices.ts';
import { type Api, type ApiOptions, fakeOwner, startApi } from '../../engine/api/index.ts';
import { type Clock, silentLog, systemClock, systemIds } from '../../engine/foundation/index.ts';
import { fakeEmbed } from '../../engine/knowledge/fake-embedding.ts';
import { type Box, openBox } from '../../engine/store/index.ts';
import { emptyPage, launchBrowser } from './browser.ts';
import { nowMs } from './practice.ts';
import { ScriptedLiveCalls } from './scripted-live.ts';

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
  /** What went wrong on any page. */
  readonly complaints: string[] = [];
  readonly box: Box;
  readonly #signIn: boolean;
  readonly #parts: Partial<ApiOptions>;
  #api: Api | null = null;
  #browser: Browser | null = null;
  #port = 0;

  /**
   * @param signIn people sign in; else whoever opens the page is an owner of the box
   * @param parts what the API has beside its usual parts, or in their place
   */
  constructor({
    clock,
    signIn = false,
    parts = {},
  }: {
    readonly clock: Clock;
    readonly signIn?: boolean;
    readonly parts?: Partial<ApiOptions>;
  }) {
    this.#signIn = signIn;
    this.#parts = parts;
    this.box = openBox({ dataDir: this.dataDir, clock, ids: systemIds, log: silentLog });
  }

  async open(): Promise<void> {
    await this.startApi();
    this.#browser = await launchBrowser();
  }

  /** At the address it had before. */
  async startApi(): Promise<void> {
    this.#api = await startApi({
      ...{ host: '127.0.0.1', port: this.#port, box: this.box, live: this.live, log: silentLog },
      ...{ dataDir: this.dataDir, embed: fakeEmbed },
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
    const page = await emptyPage(this.#browser, this.complaints, context);
    if (atPracticeDay) await page.clock.install({ time: nowMs });
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
