import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { repositoryRoot } from '../caller/engine-process.ts';
import { laptop, phone, schemes } from './browser.ts';

const results = join(repositoryRoot, 'test-results');

export interface Lens {
  /** A picture of the page as it is. */
  readonly picture: (page: Page, name: string) => Promise<void>;
  /** On a phone and on a laptop, light and dark: nothing lies beside the screen, and a picture is kept of each. */
  readonly look: (page: Page, name: string) => Promise<void>;
}

/** Pictures for people to look at, in a folder of `test-results`. */
export function lensTo(folder: string): Lens {
  const pictures = join(results, folder);
  mkdirSync(pictures, { recursive: true });
  const picture = async (page: Page, name: string): Promise<void> => {
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  };
  const look = async (page: Page, name: string): Promise<void> => {
    for (const viewport of [phone, laptop]) {
      await page.setViewportSize(viewport);
      const over = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
      expect(over, `${name} at ${viewport.width} px scrolls sideways`).toBeLessThanOrEqual(0);
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme });
        await picture(page, `${name}-${viewport.width}-${colorScheme}`);
      }
    }
    await page.emulateMedia({ colorScheme: 'light' });
  };
  return { picture, look };
}
