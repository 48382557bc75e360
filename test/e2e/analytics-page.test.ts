import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemIds } from '../../engine/foundation/index.ts';
import type { CallOutcome } from '../../engine/store/index.ts';
import { hasBrowser, withBrowser } from './browser.ts';
import { lensTo } from './look.ts';
import { hourMs, minuteMs, nowMs, Practice, SetClock } from './practice.ts';
import { Stage } from './stage.ts';

const { look } = lensTo('page');
const dayMs = 24 * hourMs;
const greeting = { speaker: 'agent', text: 'Thank you for calling Bright Smile Dental.' } as const;
const answerAfter = (latencyMs: number) => ({ speaker: 'agent', text: 'Of course.', latencyMs }) as const;

describe.skipIf(!hasBrowser)(withBrowser('the page of figures'), () => {
  const clock = new SetClock();
  let stage: Stage;
  let practice: Practice;
  let page: Page;

  /** Sixty days of calls, the same ones each time. */
  function fill(): void {
    const outcomes: readonly CallOutcome[] = [
      'booked',
      'answered',
      'booked',
      'message',
      'transferred',
      'abandoned',
    ];
    for (let day = 60; day >= 1; day -= 1) {
      const weekday = new Date(nowMs - day * dayMs).getUTCDay();
      if (weekday === 0 || weekday === 6) continue;
      for (let i = 0; i < 2 + (day % 4); i += 1) {
        const outcome = outcomes[(day + i) % outcomes.length] ?? 'answered';
        practice.call({
          ...{ callerNumber: `+1202555${String(1000 + day * 4 + i).slice(-4)}`, callerName: null, outcome },
          startedAtMs: nowMs - day * dayMs + (i - 2) * hourMs + (day % 50) * minuteMs,
          language: i === 3 ? 'es-US' : 'en-US',
          lines: outcome === 'abandoned' ? [] : [greeting, answerAfter(500 + ((day * 37 + i * 91) % 700))],
        });
      }
    }
    const store = stage.box.tenant(practice.tenant.id);
    store.setPlaybook({
      ...store.playbook(),
      extraction: [{ id: 'new', label: 'New patient', kind: 'yes-no', description: 'whether' }],
    });
    for (const [i, { id }] of store.calls.list({ limit: 40 }).entries()) {
      store.analyses.save(id, {
        revenue: i % 2 === 0 ? [{ amountMinor: 12_000, currency: 'USD' }] : [],
        extractions: [
          {
            id: 'new',
            label: 'New patient',
            value: i % 3 === 0 ? 'yes' : 'no',
            confidence: 1,
            source: 'recogniser',
          },
        ],
      });
    }
  }

  beforeAll(async () => {
    stage = new Stage({ clock });
    practice = new Practice({ box: stage.box, clock, dataDir: stage.dataDir });
    fill();
    await stage.open();
  });

  afterAll(() => stage.close());

  afterEach(async () => {
    await page.context().close();
    expect(stage.complaints.splice(0)).toEqual([]);
  });

  const figure = (name: string) =>
    page.locator('.figure').filter({ has: page.getByText(name, { exact: true }) });

  it('counts what is in the database, compares it, and leads to the calls', async () => {
    page = await stage.page('analytics');
    await page.getByText('Calls by day').first().waitFor();
    const begins = Date.UTC(2026, 1, 9, 5);
    const calls = stage.box
      .tenant(practice.tenant.id)
      .calls.list({ limit: 1000 })
      .filter(({ startedAtMs }) => startedAtMs >= begins);
    const booked = calls.filter(({ outcome }) => outcome === 'booked').length;
    expect(await figure('Calls').locator('.value').innerText()).toBe(String(calls.length));
    expect(await figure('Booked').locator('.value').innerText()).toBe(String(booked));
    await figure('Calls')
      .getByText(/ % (?:more|less)$|^as before$/)
      .waitFor();
    await page.getByText('Feb 9 – Mar 10', { exact: true }).waitFor();
    const languages = page.getByRole('region', { name: 'Languages of the calls' });
    expect(await languages.getByRole('listitem').count()).toBe(2);
    await languages.getByText('American English').waitFor();
    await figure('Booked').getByRole('link').click();
    await page.getByRole('heading', { name: 'Calls', exact: true }).waitFor();
    expect(await page.evaluate('location.hash')).toMatch(/^#\/calls\?status=booked&from=\d+&to=\d+$/);
    await page.goBack();
    await page.getByText('Calls by day').first().waitFor();
  });

  it('has other periods, also one of somebody’s own, and says what is wrong with it', async () => {
    page = await stage.page('analytics');
    await page.getByLabel('Period').selectOption('7-days');
    await page.getByText('Mar 4 – Mar 10', { exact: true }).waitFor();
    await page.getByLabel('Period').selectOption('own');
    await page.getByLabel('From', { exact: true }).fill('2026-03-09');
    await page.getByLabel('To', { exact: true }).fill('2026-03-09');
    await page.getByText('Mar 9 – Mar 9', { exact: true }).waitFor();
    await page.getByLabel('To', { exact: true }).fill('2026-03-08');
    await page.getByText(/The last day must not come before the first/).waitFor();
    await page.getByLabel('From', { exact: true }).fill('2026-03-08');
    await page.getByText('No calls in this period').waitFor();
  });

  it('says what saved hours are reckoned with, and lets it be changed', async () => {
    page = await stage.page('analytics');
    const saved = figure('Hours saved').locator('.value');
    await saved.waitFor();
    const before = Number.parseFloat(await saved.innerText());
    const minutes = page.getByLabel('Minutes a person needs for each call besides the call itself');
    expect(await minutes.inputValue()).toBe('3');
    await minutes.fill('61');
    await page.getByText('Write a number from 0 to 60.').waitFor();
    await minutes.fill('30');
    await minutes.blur();
    await expect.poll(async () => Number.parseFloat(await saved.innerText())).toBeGreaterThan(before * 3);
    expect(stage.box.tenant(practice.tenant.id).analytics.minutesPerCall()).toBe(30);
  });

  it('gives its numbers as tables, and as a file', async () => {
    page = await stage.page('analytics');
    await page.getByText('Calls by day').first().waitFor();
    const chart = page.getByRole('region', { name: 'Calls by day' });
    await chart.getByRole('link').first().waitFor();
    await page.locator('[aria-labelledby="latency"] path').first().waitFor();
    await chart.getByText('Show as a table').click();
    expect(await chart.getByRole('row').count()).toBe(31);
    await look(page, 'analytics-table');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export CSV' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('analytics-2026-02-09-2026-03-10.csv');
    const csv = readFileSync(await file.path(), 'utf8').split('\r\n');
    expect(csv[0]).toBe('Day,Calls,Answered,Booked,Missed,Typical answer (ms),Slow answer (ms)');
    expect(csv).toHaveLength(32);
  });

  it('follows calls as they end', async () => {
    page = await stage.page('analytics');
    const calls = figure('Calls').locator('.value');
    await calls.waitFor();
    const before = Number(await calls.innerText());
    practice.call(
      {
        ...{
          callerNumber: '+12025550199',
          callerName: null,
          startedAtMs: nowMs - hourMs,
          outcome: 'answered',
        },
        lines: [greeting],
      },
      systemIds.uuid(),
    );
    await expect.poll(async () => Number(await calls.innerText())).toBe(before + 1);
  });
});
