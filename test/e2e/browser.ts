import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';
export const hasBrowser = existsSync(executablePath);
/** The end of a test's title that says why it cannot run here; empty where it can. */
export const browserMissing = hasBrowser ? '' : ` (no browser at ${executablePath})`;
export const withBrowser = (title: string): string => title + browserMissing;

export const phone = { width: 390, height: 844 } as const;
export const laptop = { width: 1280, height: 800 } as const;
export const wide = { width: 1920, height: 1080 } as const;
export const schemes = ['light', 'dark'] as const;

/** @param args what is asked of it beside the usual */
export const launchBrowser = (args: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ...args,
    ],
  });

/** A page that has seen nothing yet. @param complaints takes what goes wrong on it */
export async function emptyPage(
  browser: Browser,
  complaints: string[],
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    ...{ viewport: laptop, locale: 'en-US', timezoneId: 'Europe/Berlin', reducedMotion: 'reduce' },
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('console', (message) => {
    // What a test breaks on purpose is told by the browser as well.
    const isOfNetwork = /^Failed to load resource|^WebSocket connection to/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !isOfNetwork) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const { hostname } = new URL(request.url());
    if (hostname !== '' && hostname !== '127.0.0.1') complaints.push(`asks a stranger: ${request.url()}`);
  });
  return page;
}
