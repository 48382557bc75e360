import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantStore } from '../../engine/store/index.ts';
import { hasBrowser, phone, withBrowser } from './browser.ts';
import { fullPractice } from './full-practice.ts';
import { leave } from './left-things.ts';
import { lensTo } from './look.ts';
import { SetClock } from './practice.ts';
import { type PageOptions, Stage } from './stage.ts';

const { picture } = lensTo('page');

describe.skipIf(!hasBrowser)(withBrowser('the pages of the desk'), () => {
  const clock = new SetClock();
  let stage: Stage;
  let store: TenantStore;
  let callId: string;
  let maria: string;

  /** Once its content is there: a key pressed before finds nothing. */
  async function openPage(path: string, ready: string, options?: PageOptions): Promise<Page> {
    const page = await stage.page(path, options);
    await page.locator('#main').getByText(ready).first().waitFor();
    return page;
  }

  beforeAll(async () => {
    stage = new Stage({ clock });
    ({ store, callId, caller: maria } = await fullPractice(stage, clock));
    await stage.open();
  });

  afterAll(() => stage.close());

  it('is reached on a phone, the last pages through one more tap', async () => {
    const page = await openPage('desk', 'the two thirty would be', { viewport: phone });
    const pages = page.getByRole('navigation', { name: 'Pages' });
    expect(await pages.getByRole('link').allInnerTexts()).toEqual([
      'Desk\n2',
      'Calls',
      'Calendar',
      'Inbox\n3',
    ]);
    for (const name of ['Callers', 'Knowledge', 'Agent']) {
      await pages.getByRole('button', { name: 'More' }).click();
      if (name === 'Knowledge') await picture(page, 'more-390-light');
      await pages.getByRole('link', { name }).click();
      await page.getByRole('heading', { name, exact: true }).waitFor();
      expect(await pages.getByRole('link', { name }).count()).toBe(0);
    }
    await page.context().close();
  });

  describe('inbox', () => {
    it('shows what is to be done, urgent things first, and counts it in the rail', async () => {
      const page = await openPage('inbox', 'A filling came out');
      await page.getByText('3 to do').waitFor();
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
      await picture(page, 'inbox-undo-1280-light');
      await page.keyboard.press('u');
      await page.getByText('3 to do').waitFor();
      expect(open()).toContain('Tom Becker');
      await page.keyboard.press('/');
      await page.keyboard.type('filling');
      await expect.poll(() => page.locator('[data-id]').count()).toBe(1);
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
      await picture(page, 'knowledge-asked-1280-light');
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
      const menu = join(stage.dataDir, 'opening-hours.txt');
      writeFileSync(menu, 'We are open from Monday to Friday, from nine to five.\n');
      const broken = join(stage.dataDir, 'scan.pdf');
      writeFileSync(broken, 'no document');
      await page.locator('input[type=file]').setInputFiles([menu, broken]);
      await page.locator('.sources').getByText('opening-hours.txt').waitFor();
      const failure = page.getByRole('alert');
      await failure.getByText('Save it in one of these and add it again.').waitFor();
      await picture(page, 'knowledge-failed-1280-light');
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
      await address.fill(stage.address);
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
      await expect.poll(() => page.locator('.list [data-row]').count()).toBe(1);
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
      await picture(page, 'caller-forget-1280-light');
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
    const page = await openPage('inbox', 'Tom Becker');
    await page.getByRole('button', { name: /^Business: / }).click();
    await page.getByRole('option', { name: 'Harbour Law' }).click();
    await page.getByText('Nobody has left anything yet').waitFor();
    await page.getByRole('link', { name: 'Callers' }).click();
    await page.getByText('Nobody has called yet').waitFor();
    await page.getByRole('link', { name: 'Knowledge' }).click();
    await page.getByText('The receptionist knows no documents yet').waitFor();
    await picture(page, 'knowledge-empty-1280-light');
    await page.context().close();
  });

  it('does not complain', () => {
    expect(stage.complaints).toEqual([]);
  });
});
