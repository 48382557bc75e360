import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type MethodName, paths } from '../../engine/api/contract/index.ts';
import { loadConfig } from '../../engine/foundation/index.ts';
import type { EngineApi } from '../caller/engine-api.ts';
import type { EngineProcess } from '../caller/engine-process.ts';
import { missingFor, type Scene } from '../caller/scene.ts';
import { browserMissing, emptyPage, launchBrowser } from './browser.ts';
import { ownerCookie } from './owner-cookie.ts';

const models = ['moonshine-tiny-en', 'piper-en-us-joe-medium', 'all-minilm-l6-v2'];

/** The end of a test's title that says why a whole engine cannot be looked at here; empty where it can. */
export async function engineStageMissing(needs: { readonly caller?: boolean } = {}): Promise<string> {
  const model = models.find((id) => !existsSync(join(loadConfig().modelsDir, id)));
  return browserMissing || (await missingFor(needs)) || (model === undefined ? '' : ` (no model ${model})`);
}

/** A whole engine with the business that it starts with, and its owner before it in a real browser. */
export interface EngineStage {
  readonly engine: EngineProcess & { readonly api: EngineApi };
  readonly tenantId: string;
  /** What went wrong on any page. */
  readonly complaints: string[];
  /** Asks a method of the business. */
  readonly ask: (name: MethodName, init?: RequestInit) => Promise<Response>;
  /** Before the first page. @param args what is asked of the browser beside the usual */
  readonly launch: (args?: readonly string[]) => Promise<void>;
  /** A page of the product, signed in. */
  readonly page: (path: string, options?: BrowserContextOptions) => Promise<Page>;
}

/** It ends with the scene. */
export async function startEngineStage(scene: Scene): Promise<EngineStage> {
  const engine = await scene.engine();
  if (engine.trouble !== null) throw new Error(`the engine takes no calls: ${engine.trouble}`);
  const cookie = await ownerCookie(engine);
  const [tenant] = await engine.api.tenants();
  const tenantId = tenant?.id ?? '';
  const complaints: string[] = [];
  let browser: Browser | null = null;
  return {
    ...{ engine, tenantId, complaints },
    ask: (name, init) => engine.api.request(paths[name].replace(':id', tenantId), init),
    launch: async (args) => {
      const launched = await launchBrowser(args);
      scene.after(() => launched.close());
      browser = launched;
    },
    page: async (path, options) => {
      if (!browser) throw new Error('the browser is not launched');
      const page = await emptyPage(browser, complaints, options);
      await page.context().addCookies([cookie]);
      await page.goto(`${engine.http}/#/${path}`);
      return page;
    },
  };
}
