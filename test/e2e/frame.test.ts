import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pages } from '../../renderer/src/route.ts';
import { strings } from '../../renderer/src/strings.ts';
import { hasBrowser, withBrowser } from './browser.ts';
import { type FullPractice, fullPractice } from './full-practice.ts';
import { leave } from './left-things.ts';
import { hourMs, nowMs, SetClock } from './practice.ts';
import { Stage } from './stage.ts';

/** What a page tells the desktop, written down by a fake of the browser's own. */
const fakeNotification = `
  globalThis.told = [];
  globalThis.Notification = class FakeNotification {
    static permission = 'default';
    static requestPermission() {
      FakeNotification.permission = 'granted';
      return Promise.resolve('granted');
    }
    constructor(title, { body }) {
      globalThis.told.push([title, body]);
    }
    close() {}
  };
  Document.prototype.hasFocus = () => false;
`;

describe.skipIf(!hasBrowser)(withBrowser('the frame around the pages'), () => {
  const clock = new SetClock();
  let stage: Stage;
  let full: FullPractice;

  beforeAll(async () => {
    stage = new Stage({ clock });
    full = await fullPractice(stage, clock);
    await stage.open();
  });

  afterAll(() => stage.close());

  const ready = (page: Page) => page.getByText('the two thirty would be').first().waitFor();
  const waiting = (page: Page) => page.locator('main .skeleton').filter({ visible: true }).count();
  const hash = (page: Page) => page.evaluate<string>('location.hash');
  /** A key that is pressed before the frame stands does nothing. */
  const pick = async (page: Page, typed: string, option: string | RegExp) => {
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.locator('[role="dialog"] [role="combobox"]:focus').waitFor();
    await page.keyboard.type(typed);
    await page.getByRole('option', { name: option, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };

  describe('command palette', () => {
    it('leads to pages, calls, callers, appointments and messages by the keyboard alone', async () => {
      const page = await stage.page();
      await ready(page);
      await pick(page, 'know', 'Knowledge');
      await page.getByRole('heading', { name: 'Knowledge', exact: true }).waitFor();
      await expect.poll(() => page.evaluate('document.activeElement?.id')).toBe('main');
      await pick(page, 'elena', /Elena Petrova/);
      expect(await hash(page)).toBe(`#/desk/${full.liveCallId}`);
      await pick(page, '0166', /Olivia Brown/);
      expect(await hash(page)).toMatch(/^#\/(?:calls|callers)\//);
      await pick(page, 'message from maria', 'Message from Maria Lopez');
      expect(await hash(page)).toBe(`#/inbox/${full.messageId}`);
      await pick(page, 'hannah', /Hannah Schmidt/);
      expect(await hash(page)).toMatch(/^#\/calendar/);
      await page.context().close();
    });

    it('offers first what was chosen last, and keeps no names in the browser', async () => {
      const page = await stage.page();
      await ready(page);
      await pick(page, 'inbox', 'Inbox');
      await pick(page, 'olivia', /Olivia Brown/);
      await page.reload();
      await page.locator('main h1').first().waitFor();
      await page.keyboard.press('Control+k');
      const first = page.getByRole('group', { name: 'Recent' }).getByRole('option');
      await expect.poll(() => first.allInnerTexts()).toEqual(['Inbox']);
      const kept = await page.evaluate<string>('JSON.stringify(localStorage)');
      expect(kept).not.toMatch(/Olivia|2025550166/);
      await page.context().close();
    });

    it('gives the keyboard back where it was', async () => {
      const page = await stage.page('inbox');
      const search = page.getByRole('searchbox');
      await search.focus();
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').getByRole('combobox').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await expect.poll(() => page.evaluate('document.activeElement?.type')).toBe('search');
      await search.blur();
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keys' }).getByText('Search, go to, do').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.context().close();
    });

    it('changes the colours, and the choice is kept', async () => {
      const page = await stage.page('inbox', { colorScheme: 'light' });
      await page.getByText('A filling came out').waitFor();
      const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      expect(await ground()).toBe('rgb(247, 246, 243)');
      await pick(page, 'dark', 'Dark colours');
      await expect.poll(ground).toBe('rgb(22, 21, 19)');
      await page.reload();
      expect(await ground()).toBe('rgb(22, 21, 19)');
      await pick(page, 'colours of the system', 'Colours of the system');
      await expect.poll(ground).toBe('rgb(247, 246, 243)');
      await page.context().close();
    });
  });

  it('changes the business in the rail: search, recent ones first, calls now', async () => {
    const page = await stage.page();
    await ready(page);
    const switcher = page.getByRole('button', { name: /^Business: / });
    await switcher.click();
    const options = page.getByRole('option');
    await expect
      .poll(() => options.allInnerTexts())
      .toEqual(['Bright Smile Dental\n2 calls now', 'Harbour Law']);
    await page.keyboard.type('law');
    await expect.poll(() => options.count()).toBe(1);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Business: Harbour Law/ }).waitFor();
    await page.getByText('No call in progress').waitFor();
    await switcher.click();
    await expect.poll(async () => (await options.allInnerTexts())[0]).toMatch(/^Harbour Law/);
    await page.context().close();
  });

  it('has a rail that folds to its icons, and stays so', async () => {
    const page = await stage.page();
    await ready(page);
    const width = () => page.evaluate<number>("document.querySelector('nav').getBoundingClientRect().width");
    const before = await width();
    await page.getByRole('button', { name: 'Show icons only' }).click();
    await expect.poll(width).toBeLessThan(before / 2);
    await page.reload();
    await ready(page);
    expect(await width()).toBeLessThan(before / 2);
    await page.getByRole('link', { name: 'Inbox' }).click();
    await page.getByText('A filling came out').waitFor();
    await page.getByRole('button', { name: 'Show the names of the pages' }).click();
    await expect.poll(width).toBe(before);
    await page.context().close();
  });

  it('stays where it is when a section of a page is gone to', async () => {
    const page = await stage.page('agent/versions');
    const top = (selector: string) =>
      page.locator(selector).evaluate((element) => element.getBoundingClientRect().top);
    await expect.poll(() => top('#versions')).toBeLessThan(720);
    for (const id of ['who', 'providers', 'rehearsal']) {
      await page.evaluate(`location.hash = '#/agent/${id}'`);
      await expect.poll(() => top(`#${id}`)).toBeLessThan(720);
      expect(await top('#main'), id).toBe(0);
    }
    await page.context().close();
  });

  describe('notifications', () => {
    const booked = (customerName: string, startsAtMs: number) =>
      full.practice.call({
        ...{ callerNumber: '+12025550190', callerName: customerName, startedAtMs: nowMs - 60_000 },
        ...{ outcome: 'booked', lines: [{ speaker: 'caller', text: 'Thank you.' }] },
        books: { customerName, customerPhone: '+12025550190', startsAtMs, service: 0, staff: 0 },
      });
    const missed = (callerName: string) =>
      full.practice.call({
        ...{ callerNumber: '+12025550191', callerName, startedAtMs: nowMs - 30_000 },
        ...{ outcome: 'abandoned', lines: [{ speaker: 'agent', text: 'Hello.' }] },
      });

    /** What happened before is known: from now on it is told. */
    const listening = (page: Page) => page.locator('#notices li').first().waitFor({ state: 'attached' });

    it('tell what happens, three at a time, and lead to it', async () => {
      const page = await stage.page('calendar');
      const toasts = page.locator('.toasts');
      await listening(page);
      booked('Ada Byron', nowMs + 70 * hourMs);
      // As long as somebody points at them, none goes by itself.
      await toasts.getByText('Ada Byron booked').hover();
      missed('Ben Cole');
      await toasts.getByText('From Ben Cole').waitFor();
      leave(full.store, { title: 'Message', customerName: 'Cid Dale', urgent: true });
      await toasts.getByText('Message from Cid Dale').waitFor();
      expect(await toasts.getByRole('link').count()).toBe(3);
      leave(full.store, { title: 'Message', customerName: 'Dora Ende' });
      await toasts.getByText('Message from Dora Ende').waitFor();
      expect(await toasts.getByRole('link').count()).toBe(3);
      expect(await toasts.getByText('Ada Byron booked').count()).toBe(0);

      const bell = page.getByRole('button', { name: 'Notifications, 4 new' });
      await bell.click();
      const list = page.getByRole('region', { name: 'Notifications' });
      expect(await list.getByText('New', { exact: true }).count()).toBe(4);
      await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();
      await list.getByRole('link', { name: /^Ada Byron booked/ }).click();
      expect(await hash(page)).toMatch(/^#\/calendar\?day=2026-03-13&open=/);
      // Read is read, after a reload too.
      await page.reload();
      await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();
      await page.context().close();
    });

    it('go by themselves, but not while somebody reads them', async () => {
      const page = await stage.page('calendar');
      await listening(page);
      const toast = page.locator('.toasts').getByRole('link');
      leave(full.store, { title: 'Message', customerName: 'Eve Frost' });
      await toast.waitFor();
      await toast.hover();
      await page.clock.runFor(20_000);
      expect(await toast.count()).toBe(1);
      await page.mouse.move(0, 0);
      await page.clock.runFor(20_000);
      await expect.poll(() => toast.count()).toBe(0);
      await page.context().close();
    });

    it('are told on the desktop where that is wanted, and are muted by kind', async () => {
      const page = await stage.page('settings/notifications');
      await page.context().addInitScript(fakeNotification);
      await page.reload();
      await listening(page);
      const desktop = page.getByRole('switch', { name: 'On the desktop too' });
      await desktop.check();
      await page.getByRole('switch', { name: 'Missed calls' }).uncheck();
      missed('Fay Gold');
      leave(full.store, { title: 'Message', customerName: 'Gus Hill', urgent: true });
      await page.locator('.toasts').getByText('Message from Gus Hill').waitFor();
      expect(await page.evaluate('told')).toEqual([['Message from Gus Hill', 'Urgent']]);
      expect(await page.locator('.toasts').getByText('Fay Gold').count()).toBe(0);
      await page.getByRole('button', { name: /^Notifications, / }).click();
      await page.getByRole('region', { name: 'Notifications' }).getByText('From Fay Gold').waitFor();
      await page.reload();
      expect(await page.getByRole('switch', { name: 'Missed calls' }).isChecked()).toBe(false);
      await page.context().close();
    });
  });

  it('says on every page what to do where there is nothing yet', async () => {
    const page = await stage.page('settings');
    await page.evaluate(`localStorage.setItem('voxbox.tenant', ${JSON.stringify(emptyTenant())})`);
    await page.reload();
    await page.getByRole('button', { name: /^Business: Harbour Law/ }).waitFor();
    for (const name of pages) {
      await page.evaluate(`location.hash = '#/${name}'`);
      await expect.poll(() => page.title()).toContain(strings.nav[name]);
      await page.locator('main h1').first().waitFor();
      await expect.poll(() => waiting(page), { message: `${name} waits for nothing` }).toBe(0);
      expect(await page.getByRole('alert').count(), `what ${name} complains of`).toBe(0);
    }
    await page.context().close();
  });

  describe.each(pages)('%s', (name) => {
    it('stands while the box takes its time, and when it answers nothing', async () => {
      const page = await stage.page('settings');
      await page.locator('main h1').first().waitFor();
      const answers = Promise.withResolvers<void>();
      await page.route(/\/api\/v1\/(?!feed)/, async (route) => {
        await answers.promise;
        await route.abort();
      });
      await page.evaluate(`location.hash = '#/${name}'`);
      await page.locator('main h1, main .skeleton').first().waitFor();
      answers.resolve();
      await expect.poll(() => waiting(page)).toBe(0);
      await page.locator('main h1, main [role="alert"]').first().waitFor();
      await page.context().close();
    });
  });

  const emptyTenant = () =>
    stage.box.tenants.list().find((tenant) => tenant.name === 'Harbour Law')?.id ?? '';

  it('says on every page that the box is gone, and is whole again when it is back', async () => {
    const page = await stage.page('inbox');
    await page.getByText('A filling came out').waitFor();
    await stage.stopApi();
    const lost = page.getByText('The connection to the box is lost.');
    await lost.waitFor();
    for (const name of pages) {
      await page.evaluate(`location.hash = '#/${name}'`);
      await page.locator('main h1, main [role="alert"]').first().waitFor();
      await lost.waitFor();
    }
    await stage.startApi();
    await page
      .getByRole('button', { name: 'Try now' })
      .click({ timeout: 2000 })
      .catch(() => {});
    await lost.waitFor({ state: 'detached' });
    await page.evaluate(`location.hash = '#/inbox'`);
    await page.getByText('A filling came out').waitFor();
    await page.context().close();
  });

  it('complains about nothing', () => {
    expect(stage.complaints).toEqual([]);
  });
});
