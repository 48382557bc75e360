import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, fakeOwner, startApi } from '../../engine/api/index.ts';
import { silentLog, systemIds } from '../../engine/foundation/index.ts';
import { fakeEmbed } from '../../engine/knowledge/fake-embedding.ts';
import { type Box, openBox, type TenantStore } from '../../engine/store/index.ts';
import { fillKnowledge } from './known-things.ts';
import { fillInbox, leave } from './left-things.ts';
import { fillPractice, hourMs, nowMs, Practice, SetClock } from './practice.ts';
import { ScriptedLiveCalls } from './scripted-live.ts';

const executablePath = '/usr/bin/chromium';
const hasBrowser = existsSync(executablePath);
const root = fileURLToPath(new URL('../..', import.meta.url));
const pictures = join(root, 'test-results', 'page');
const title = hasBrowser
  ? 'the pages of the desk'
  : `the pages of the desk (skipped: no browser at ${executablePath})`;

const maria = '+12025550123';
describe.skipIf(!hasBrowser)(title, () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'voxbox-desk-pages-'));
  const pageDir = join(dataDir, 'page');
  const clock = new SetClock();
  let box: Box;
  let store: TenantStore;
  let callId: string;
  let api: Api;
  let browser: Browser;
  const complaints: string[] = [];

  async function openPage(
    path: string,
    ready: string,
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-US',
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
      ...options,
    });
    const page = await context.newPage();
    await page.clock.install({ time: nowMs });
    page.on('console', (message) => {
      // What the test breaks on purpose is told by the browser as well.
      const isOurs = message.text().startsWith('Failed to load resource');
      if (['error', 'warning'].includes(message.type()) && !isOurs) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`http://127.0.0.1:${api.port}/#/${path}`);
    await page.locator('#main').getByText(ready).first().waitFor();
    return page;
  }

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    await build({
      configFile: join(root, 'renderer', 'vite.config.ts'),
      logLevel: 'error',
      build: { outDir: pageDir },
    });
    box = openBox({ dataDir, clock, ids: systemIds, log: silentLog });
    const practice = new Practice({ box, clock, dataDir });
    callId = fillPractice(practice);
    store = box.tenant(practice.tenant.id);
    store.callers.remember({
      ...{ number: maria, callId, name: 'Maria Lopez', atMs: nowMs - hourMs },
      preferences: { serviceId: null, staffId: null, partOfDay: 'afternoon' },
      facts: [{ kind: 'booked', text: 'Booked a check-up and cleaning today at 3:30 PM with Dr. Osei.' }],
      summary: 'Asked for a cleaning this afternoon and took the first time that was offered.',
    });
    fillInbox(store, callId);
    await fillKnowledge(store, clock);
    api = await startApi({
      ...{ host: '127.0.0.1', port: 0, box, live: new ScriptedLiveCalls(), dataDir, pageDir, log: silentLog },
      whoIs: fakeOwner,
      health: () => ({ status: 'ready', version: '0.1.0', sipAddress: '192.168.1.20:5060', capacity: 4 }),
      embed: fakeEmbed,
    });
    browser = await chromium.launch({
      executablePath,
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
  });

  afterAll(async () => {
    await browser?.close();
    await api?.stop();
    box?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('can be looked at in every size and both schemes', async () => {
    for (const width of [390, 1280, 1920]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const viewport = { width, height: width === 390 ? 844 : width === 1280 ? 800 : 1080 };
        const page = await openPage('inbox', 'A filling came out', { viewport, colorScheme });
        const look = async (name: string, path: string, ready: string) => {
          await page.goto(`http://127.0.0.1:${api.port}/#/${path}`);
          await page.getByText(ready).first().waitFor();
          const wide = await page
            .locator('html')
            .evaluate((html: { readonly scrollWidth: number }) => html.scrollWidth);
          expect(wide, `${name} at ${width} scrolls sideways`).toBeLessThanOrEqual(width);
          await page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`) });
        };
        await look('inbox', 'inbox', 'A filling came out');
        await look('callers', 'callers', 'Olivia Brown');
        await look('caller', `callers/${encodeURIComponent(maria)}`, 'Prefers afternoons');
        await look('knowledge', 'knowledge', 'prices.csv');
        await page.context().close();
      }
    }
  });

  it('is reached on a phone, the last pages through one more tap', async () => {
    const page = await openPage('desk', 'No call in progress', { viewport: { width: 390, height: 844 } });
    const pages = page.getByRole('navigation', { name: 'Pages' });
    expect(await pages.getByRole('link').allInnerTexts()).toEqual(['Desk', 'Calls', 'Calendar', 'Inbox\n3']);
    for (const name of ['Callers', 'Knowledge', 'Agent']) {
      await pages.getByRole('button', { name: 'More' }).click();
      if (name === 'Knowledge') await page.screenshot({ path: join(pictures, 'more-390-light.png') });
      await pages.getByRole('link', { name }).click();
      await page.getByRole('heading', { name, exact: true }).waitFor();
      expect(await pages.getByRole('link', { name }).count()).toBe(0);
    }
    await page.context().close();
  });

  describe('inbox', () => {
    it('shows what is to be done, urgent things first, and counts it in the rail', async () => {
      const page = await openPage('inbox', '3 to do');
      const rows = page.locator('[data-id]');
      expect(await rows.locator('.name').allTextContents()).toEqual([
        ...['Maria Lopez', 'Tom Becker', 'Aisha Rahman', 'Grace Kim'],
      ]);
      await rows.nth(0).getByText('Urgent').waitFor();
      await rows.nth(1).getByText('$84.50').waitFor();
      const inRail = page.getByRole('link', { name: /^Inbox/ });
      expect(await inRail.innerText()).toBe('Inbox\n3');
      const id = leave(store, { title: 'Message', customerName: 'Peter Novak' });
      await rows.getByText('Peter Novak').waitFor();
      await expect.poll(() => inRail.innerText()).toBe('Inbox\n4');
      await page.getByRole('button', { name: /^Orders/ }).click();
      expect(await rows.locator('.name').allTextContents()).toEqual(['Tom Becker']);
      await page.getByRole('button', { name: /^All/ }).click();
      store.submissions.setStatus(id, 'done');
      await expect.poll(() => inRail.innerText()).toBe('Inbox\n3');
      await page.context().close();
    });

    it('is worked through with the keyboard, and a slip is undone', async () => {
      // The heading counts before the rows stand, and a key pressed between the two does nothing.
      const page = await openPage('inbox', 'A filling came out');
      await page.getByText('3 to do').waitFor();
      const open = () => store.submissions.list({ status: 'open', limit: 10 }).map((one) => one.customerName);
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await page.keyboard.press('d');
      await page.getByText('“Order for pick-up” is done.').waitFor();
      await page.getByText('2 to do').waitFor();
      expect(open()).not.toContain('Tom Becker');
      const focused = () => page.locator('[data-row]:focus').textContent();
      await expect.poll(focused).toBe('Aisha Rahman');
      await page.screenshot({ path: join(pictures, 'inbox-undo-1280-light.png') });
      await page.keyboard.press('u');
      await page.getByText('3 to do').waitFor();
      expect(open()).toContain('Tom Becker');
      await page.keyboard.press('/');
      await page.keyboard.type('filling');
      expect(await page.locator('[data-id]').count()).toBe(1);
      await page.keyboard.press('Escape');
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.getByText('Three thirty is great.').waitFor();
      await page.context().close();
    });
  });

  describe('knowledge', () => {
    it('answers an open question once, for all who ask it from now on', async () => {
      const page = await openPage('knowledge', 'Do you have an X-ray machine');
      const row = page.locator('.questions').getByRole('button', { name: /X-ray/ });
      await row.click();
      await page.keyboard.press('Control+s');
      await page.getByText('Write the answer first.').waitFor();
      await page.getByLabel(/^Answer to/).fill('Yes, the X-ray machine is on the first floor of the house.');
      // What is typed waits while other pages are looked at.
      await page.getByRole('link', { name: 'Calls', exact: true }).click();
      await page.getByRole('heading', { name: 'Calls' }).waitFor();
      await page.getByRole('link', { name: 'Knowledge' }).click();
      await row.click();
      await page.getByLabel(/^Answer to/).focus();
      await page.keyboard.press('Control+s');
      await page.getByText('From now on the receptionist can answer').waitFor();
      expect(await row.count()).toBe(0);
      await page.getByLabel('Question', { exact: true }).fill('Do you have an X-ray machine in the house?');
      await page.keyboard.press('Enter');
      await page.getByText('It stands on').waitFor();
      await page.getByRole('blockquote').getByText('first floor').waitFor();
      await page.screenshot({ path: join(pictures, 'knowledge-asked-1280-light.png') });
      await page.getByRole('button', { name: /lift/ }).click();
      await page.getByRole('button', { name: 'Dismiss' }).click();
      await page.getByText('No question is open.').waitFor();
      await page.context().close();
    });

    it('says when nothing fits, and takes the answer on the spot', async () => {
      const page = await openPage('knowledge', 'prices.csv');
      await page.getByLabel('Question', { exact: true }).fill('Which wines do you serve?');
      await page.keyboard.press('Enter');
      await page.getByText('Nothing fits.').waitFor();
      await page.getByRole('button', { name: 'Answer it now' }).click();
      await page.getByLabel(/^Answer to/).fill('We serve no wines, we are dentists.');
      await page.getByRole('button', { name: 'Save the answer' }).click();
      await page.getByRole('blockquote').getByText('We serve no wines').waitFor();
      await page.context().close();
    });

    it('reads documents that are chosen or dropped, tells how far it is, and deletes after asking', async () => {
      const page = await openPage('knowledge', 'prices.csv');
      const menu = join(dataDir, 'opening-hours.txt');
      writeFileSync(menu, 'We are open from Monday to Friday, from nine to five.\n');
      const broken = join(dataDir, 'scan.pdf');
      writeFileSync(broken, 'no document');
      await page.locator('input[type=file]').setInputFiles([menu, broken]);
      await page.locator('.sources').getByText('opening-hours.txt').waitFor();
      const failure = page.getByRole('alert');
      await failure.getByText('Save it in one of these and add it again.').waitFor();
      await page.screenshot({ path: join(pictures, 'knowledge-failed-1280-light.png') });
      await page.getByRole('button', { name: 'Give up on scan.pdf' }).click();
      expect(await failure.count()).toBe(0);

      const files = await page.evaluateHandle(`(() => {
        const files = new DataTransfer();
        files.items.add(new File(['Dogs may wait in the garden.'], 'dogs.md'));
        return files;
      })()`);
      await page.locator('.knowledge').dispatchEvent('drop', { dataTransfer: files });
      await page.locator('.sources').getByText('dogs.md', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Delete dogs.md' }).click();
      await page.getByText('This cannot be undone.').waitFor();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByText('“dogs.md” is deleted.').waitFor();
      expect(store.sources.list().map(({ name }) => name)).toEqual(
        expect.arrayContaining(['house.md', 'opening-hours.txt', 'prices.csv']),
      );
      expect(store.sources.list().map(({ name }) => name)).not.toContain('dogs.md');
      await page.context().close();
    });

    it('does not read an address of the own network unless the person at the box says so', async () => {
      const page = await openPage('knowledge', 'prices.csv');
      const address = page.getByLabel('Address of a web page');
      await address.fill('nowhere');
      await page.keyboard.press('Enter');
      await page.getByText('This is no web address').waitFor();
      await address.fill(`http://127.0.0.1:${api.port}/`);
      await page.keyboard.press('Enter');
      await page.getByText('is no address of the public internet').waitFor();
      await page.getByRole('button', { name: 'It is mine: read it all the same' }).click();
      // The page of this box is made by a script, so there is no text in it.
      await page.getByText('holds no text').first().waitFor();
      await page.context().close();
    });
  });

  describe('callers', () => {
    it('lists who called, remembered or not, and shows one with all that is known', async () => {
      const page = await openPage('callers', 'Olivia Brown');
      await page.getByRole('searchbox').fill('202 555 0123');
      expect(await page.locator('.list [data-row]').count()).toBe(1);
      await page.keyboard.press('Escape');
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      const detail = page.getByRole('article');
      await detail.getByText('Asked for a cleaning this afternoon').waitFor();
      await detail.getByText('Check-up and cleaning with Dr. Daniel Osei').waitFor();
      await detail.getByText('A filling came out').waitFor();
      await detail.getByRole('link', { name: 'Message', exact: true }).click();
      await page.locator('.opened').getByText('A filling came out').waitFor();
      await page.context().close();
    });

    it('stops remembering one caller after asking, and goes on when told to', async () => {
      const page = await openPage(`callers/${encodeURIComponent('+12025550166')}`, 'Nothing is remembered');
      const memory = page.getByRole('switch', { name: 'Remember this caller' });
      await memory.click();
      await page.getByRole('button', { name: 'Keep remembering' }).click();
      expect(await memory.isChecked()).toBe(true);
      await memory.click();
      await page.getByRole('button', { name: 'Stop and forget' }).click();
      await page.getByText('not remembered').waitFor();
      expect(store.callers.find('+12025550166')?.optedOut).toBe(true);
      await memory.click();
      await expect.poll(() => memory.isChecked()).toBe(true);
      expect(store.callers.find('+12025550166')).toBeNull();
      await page.context().close();
    });

    it('forgets a caller once the figures of the number are typed', async () => {
      const page = await openPage(`callers/${encodeURIComponent(maria)}`, 'Prefers afternoons');
      await page.getByRole('button', { name: 'Forget this caller' }).click();
      await page.getByText('Also everything that was said').click();
      await page.keyboard.press('Tab');
      await page.keyboard.type('9999');
      await page.keyboard.press('Enter');
      await page.getByText('These are not the last four figures').waitFor();
      await page.screenshot({ path: join(pictures, 'caller-forget-1280-light.png') });
      expect(store.callers.find(maria)).not.toBeNull();
      await page.getByLabel(/^To confirm/).fill('0123');
      await page.keyboard.press('Enter');
      await page.getByText('Maria Lopez is forgotten; 1 call does not say any more who called.').waitFor();
      const listed = page.locator('.list [data-row]').filter({ hasText: 'Maria Lopez' });
      await expect.poll(() => listed.count()).toBe(0);
      expect(store.callers.find(maria)).toBeNull();
      expect(store.calls.find(callId)?.callerNumber).toBeNull();
      await page.context().close();
    });

    it('switches the memory of the business off after asking', async () => {
      const page = await openPage('callers', 'Olivia Brown');
      const memory = page.getByRole('switch', { name: 'Remember callers' });
      await memory.click();
      await page.getByRole('button', { name: 'Stop and forget all' }).click();
      await expect.poll(() => memory.isChecked()).toBe(false);
      expect(store.privacy.policy().memory).toBe(false);
      await page.getByText('Olivia Brown').waitFor();
      await page.context().close();
    });
  });

  it('says what to do first where there is nothing yet', async () => {
    box.tenants.create({ name: 'Harbour Law', timeZone: 'Europe/London' });
    const page = await openPage('inbox', 'Tom Becker');
    await page.getByRole('button', { name: /^Business: / }).click();
    await page.getByRole('option', { name: 'Harbour Law' }).click();
    await page.getByText('Nobody has left anything yet').waitFor();
    await page.getByRole('link', { name: 'Callers' }).click();
    await page.getByText('Nobody has called yet').waitFor();
    await page.getByRole('link', { name: 'Knowledge' }).click();
    await page.getByText('The receptionist knows no documents yet').waitFor();
    await page.screenshot({ path: join(pictures, 'knowledge-empty-1280-light.png') });
    await page.context().close();
  });

  it('does not complain', () => {
    expect(complaints).toEqual([]);
  });
});
