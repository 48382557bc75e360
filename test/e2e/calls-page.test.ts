import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantStore } from '../../engine/store/index.ts';
import { makeCalls } from '../bench/many-calls.ts';
import { hasBrowser, withBrowser } from './browser.ts';
import { FakeLineDoctor } from './fake-machine.ts';
import { lensTo } from './look.ts';
import { fillPractice, nowMs, Practice, SetClock } from './practice.ts';
import { Stage } from './stage.ts';

const { look } = lensTo('calls');
const many = 3000;

/** What the test reads of elements in the page. */
interface Media {
  readonly currentTime: number;
  readonly paused: boolean;
}

describe.skipIf(!hasBrowser)(withBrowser('the page of calls'), () => {
  const clock = new SetClock();
  let stage: Stage;
  let store: TenantStore;
  let callId: string;
  const rows = (page: Page) => page.locator('.rows [data-row]');
  const total = (page: Page, text: string) =>
    page.locator('.foot').getByText(text, { exact: true }).waitFor();

  beforeAll(async () => {
    stage = new Stage({ clock, parts: { lineTests: new FakeLineDoctor() } });
    const practice = new Practice({ box: stage.box, clock, dataDir: stage.dataDir });
    store = stage.box.tenant(practice.tenant.id);
    callId = fillPractice(practice);
    const dayMs = 86_400_000;
    makeCalls(store, {
      ...{ count: many, endMs: nowMs - 2 * dayMs, tell: () => {} },
      at: (atMs) => {
        clock.atMs = atMs;
      },
    });
    store.calls.quality(callId, {
      ...{ codec: 'PCMU', srtp: false, packetsReceived: 2800, packetsLost: 6, lossFraction: 0.002, legs: [] },
      ...{ jitterMs: 3, roundTripMs: 24, mos: 4.3, remoteLossFraction: 0 },
    });
    store.analyses.save(callId, {
      summary: { text: 'Maria Lopez booked a check-up and cleaning for today at 3:30 PM.', by: 'code' },
      sentiment: { label: 'positive', score: 0.6, abusive: false },
      revenue: [{ amountMinor: 12_000, currency: 'USD' }],
      extractions: [
        { id: 'name', label: 'Name', value: 'Maria Lopez', confidence: 0.93, source: 'slot' },
        { id: 'new-patient', label: 'New patient', value: 'no', confidence: 0.58, source: 'recogniser' },
      ],
      cost: { parts: [], totalMicroUsd: 0 },
    });
    clock.atMs = nowMs;
    await stage.open();
  });
  afterAll(() => stage.close());

  it('holds any number of calls, and shows those in sight', async () => {
    const page = await stage.page('calls');
    await rows(page).getByText('Maria Lopez').first().waitFor();
    await total(page, `${(many + 4).toLocaleString('en-US')} calls`);
    expect(await rows(page).count()).toBeLessThan(60);
    const scroller = page.locator('.list .rows');
    await scroller.evaluate((list: { scrollTop: number }) => {
      list.scrollTop = 1_000_000;
    });
    await page.locator(`.rows li[aria-posinset="${many + 4}"] [data-row]`).waitFor();
    await scroller.evaluate((list: { scrollTop: number }) => {
      list.scrollTop = 0;
    });
    await page.locator('.rows li[aria-posinset="1"] [data-row]').waitFor();
    for (let i = 0; i < 30; i += 1) await page.keyboard.press('j');
    await page.locator('.rows li[aria-posinset="30"] [data-row]:focus').waitFor();
    await page.context().close();
  });

  it('is narrowed by what is chosen and searched by what was said', async () => {
    const page = await stage.page('calls');
    await rows(page).getByText('Maria Lopez').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('three thirty is gr');
    await total(page, '1 call');
    await page.getByText('“Three thirty is great.”').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'Filters' }).click();
    await page.getByLabel('Outcome').waitFor();
    await look(page, 'filters');
    await page.getByLabel('Outcome').selectOption('failed');
    await page.getByLabel('From', { exact: true }).fill('2026-03-10');
    await total(page, '1 call');
    await rows(page).getByText('Daniel Weiss').waitFor();
    await page.getByLabel('To', { exact: true }).fill('2026-03-09');
    await page.getByText('This day is before the first one.').waitFor();
    await page.getByText('No call fits.').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByLabel('Caller', { exact: true }).fill('0123');
    await page.getByLabel('Caller', { exact: true }).blur();
    await page.getByText('Write the number with +').waitFor();
    await page.getByLabel('Caller', { exact: true }).fill('+1 202 555 0123');
    await page.getByLabel('Caller', { exact: true }).press('Enter');
    await total(page, `${many / 200 + 1} calls`);
    const table = page.getByRole('link', { name: 'Download as CSV' });
    expect(await table.getAttribute('href')).toContain('caller=%2B12025550123');
    await page.context().close();
  });

  it('is led to by filters in its address', async () => {
    const page = await stage.page('calls?status=booked&from=1773115200000');
    await total(page, '1 call');
    await rows(page).getByText('Maria Lopez').first().click();
    await page.getByRole('article').getByRole('heading', { name: 'Maria Lopez' }).waitFor();
    await total(page, '1 call');
    await page.context().close();
  });

  it('plays a call along its words', async () => {
    const page = await stage.page(`calls/${callId}`);
    const detail = page.getByRole('article');
    await detail.getByText('Three thirty is great.').waitFor();
    await detail.locator('.line svg').nth(1).waitFor({ state: 'attached' });
    const audio = page.locator('audio');
    await detail.getByText('afternoon.', { exact: true }).click();
    const position = () => audio.evaluate((element: Media) => element.currentTime);
    await expect.poll(position).toBeGreaterThan(8);
    await detail.locator('[data-word].heard').waitFor();
    await page.keyboard.press(' ');
    await expect.poll(() => audio.evaluate((element: Media) => element.paused)).toBe(true);
    const stopped = await position();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(position).toBeLessThan(stopped - 4);
    await page.context().close();
  });

  it('shows what was made of a call, how soon each answer came, and how it sounded', async () => {
    const page = await stage.page(`calls/${callId}`);
    const detail = page.getByRole('article');
    await detail.getByText('Maria Lopez booked a check-up').waitFor();
    await detail.getByText('58 % sure').waitFor();
    await detail.getByText('$120.00').waitFor();
    await detail.getByRole('heading', { name: 'Timing of each answer' }).click();
    expect(await detail.getByRole('table').first().getByRole('row').count()).toBe(5);
    await detail.getByText('1180', { exact: true }).waitFor();
    await look(page, 'timing');
    await detail.getByRole('heading', { name: 'Line quality' }).click();
    await detail.getByText('PCMU').waitFor();
    await detail.getByRole('heading', { name: 'SIP messages' }).click();
    await detail
      .getByRole('img', { name: 'SIP messages' })
      .getByText('wrong password', { exact: true })
      .waitFor();
    await detail.getByText('Every message as it was sent').click();
    await detail.getByText('0.105 203.0.113.10:5060 → Voxbox: 403 Forbidden').click();
    await detail.getByText('Via: SIP/2.0/TLS').last().waitFor();
    await look(page, 'messages');
    const overPx = `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('.more').parentElement)`;
    expect(await page.evaluate<number>(overPx), 'tables scroll in their own place').toBeLessThanOrEqual(0);
    await page.context().close();
  });

  it('keeps notes, and gives a deleted one back', async () => {
    const page = await stage.page(`calls/${callId}`);
    const notes = page.getByRole('region', { name: 'Notes' });
    await notes.getByRole('button', { name: 'Add note' }).click();
    await notes.getByText('Write something first.').waitFor();
    await notes.getByLabel('New note').fill('Asked for Dr. Osei.');
    await page.keyboard.press('Control+s');
    await notes.getByText('Fake owner').waitFor();
    await notes.getByRole('button', { name: 'Edit' }).click();
    await notes.getByLabel('Edit').fill('Asked for Dr. Carter.');
    await notes.getByRole('button', { name: 'Save' }).click();
    await notes.getByText('Asked for Dr. Carter.').waitFor();
    await notes.getByRole('button', { name: 'Delete note' }).click();
    await notes.getByText('Note deleted.').waitFor();
    await notes.getByRole('button', { name: 'Undo' }).click();
    await notes.getByText('Asked for Dr. Carter.').waitFor();
    await notes.getByRole('button', { name: 'Delete note' }).click();
    await page.clock.runFor(11_000);
    await expect.poll(() => store.callNotes.list(callId)).toEqual([]);
    await page.context().close();
  });

  it('takes words out for good once a word is typed', async () => {
    const page = await stage.page(`calls/${callId}`);
    await page.getByRole('button', { name: 'Redact…' }).click();
    await page.getByRole('button', { name: 'Redact “Maria”' }).first().click();
    await page.getByRole('button', { name: 'Redact “Lopez.”' }).first().click();
    await page.getByText('2 words chosen.').waitFor();
    await look(page, 'redact');
    await page.getByRole('button', { name: 'Redact for good' }).click();
    await page.getByText('Type the word as it stands there.').waitFor();
    await page.getByLabel('This cannot be undone').fill('redact');
    await page.getByRole('button', { name: 'Redact for good' }).click();
    await page.getByRole('article').getByText('[redacted]', { exact: true }).waitFor();
    expect(store.transcript.list(callId)[5]?.text).toBe('[redacted]');
    await page.context().close();
  });

  it('deletes a call after ten seconds in which it can be had back', async () => {
    const page = await stage.page(`calls/${callId}`);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('The call with Maria Lopez is deleted.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.clock.runFor(11_000);
    expect(store.calls.find(callId)).not.toBeNull();
    await page.evaluate(`location.hash = '#/calls/${callId}'`);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('The call with Maria Lopez is deleted.').waitFor();
    await page.clock.runFor(11_000);
    await expect.poll(() => store.calls.find(callId)).toBeNull();
    const told = async () => {
      await page.clock.runFor(200);
      return await page.locator('.foot').textContent();
    };
    await expect.poll(told).toContain(`${(many + 3).toLocaleString('en-US')} calls`);
    await page.context().close();
  });

  it('complains of nothing', () => {
    expect(stage.complaints).toEqual([]);
  });
});
