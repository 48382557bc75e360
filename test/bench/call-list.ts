import { createCallListing } from '../../engine/api/call-list.ts';
import type { Box } from '../../engine/store/index.ts';
import { percentile } from '../caller/percentiles.ts';
import { hasBrowser } from '../e2e/browser.ts';
import { SetClock } from '../e2e/practice.ts';
import { Stage } from '../e2e/stage.ts';
import type { Bench, Figure } from './figure.ts';
import { makeCalls } from './many-calls.ts';

const count = 100_000;
const endMs = Date.UTC(2026, 2, 10, 15);
const dayMs = 86_400_000;

type Query = Parameters<ReturnType<typeof createCallListing>['list']>[0];

/** Questions to the list, by what they are called in the table. */
const questions: Readonly<Record<string, Partial<Query>>> = {
  'no filter': {},
  'one outcome': { status: 'failed' },
  'outcome, direction and week': {
    ...{ status: 'transferred', direction: 'outbound' },
    ...{ from: endMs - 7 * dayMs, to: endMs },
  },
  'a part of a day': { from: endMs - 9 * 3_600_000, to: endMs - 3 * 3_600_000 },
  'booked and recorded': { booked: false, recorded: true },
  'one number (500 calls)': { caller: '+12025550123' },
  'nothing fits': { status: 'booked', direction: 'outbound' },
  'the last page': { page: 1000 },
};
const searches: Readonly<Record<string, Partial<Query>>> = {
  'a rare word': { q: 'xylophone' },
  'a word of every sixth call': { q: 'whitening' },
  'two words': { q: 'root canal' },
  'the beginning of a word': { q: 'insur' },
  'a name': { q: 'maria' },
  'the end of a number': { q: '0123' },
  'a word of every third call': { q: 'monday' },
};

/** The list of calls of a business that has had a hundred thousand: the API, and the page in a browser. */
export const callList: Bench = async ({ quick, tell }) => {
  const clock = new SetClock();
  const stage = new Stage({ clock });
  try {
    clock.atMs = endMs - 800 * dayMs;
    const { id } = stage.box.tenants.create({ name: 'Bright Smile', timeZone: 'America/New_York' });
    makeCalls(stage.box.tenant(id), {
      ...{ count, endMs },
      at: (atMs) => {
        clock.atMs = atMs;
      },
      tell: (made) => made % 20_000 === 0 && tell(`  ${made} calls ...`),
    });
    const rounds = quick ? 5 : 30;
    const { box } = stage;
    const api = [
      ...(await figures(box, id, { asked: questions, rounds, limitMs: 10 })),
      ...(await figures(box, id, { asked: searches, rounds: Math.ceil(rounds / 3), limitMs: 100 })),
      ...writing(box, id),
    ];
    if (!hasBrowser) return api;
    tell('  the page ...');
    await stage.open();
    return [...api, ...(await onPage(stage, quick ? 4 : 40))];
  } finally {
    await stage.close();
  }
};

/** In the page: does something, and answers after how many milliseconds the list shows what it led to. */
const watched = (act: string, until: string): string => `(async () => {
  const scroller = document.querySelector('.list .rows');
  const field = document.querySelector('input[type="search"]');
  const outcome = document.querySelector('.filters select');
  const told = () => document.querySelector('.foot [role="status"]')?.textContent;
  const whole = () => {
    const { top, bottom } = scroller.getBoundingClientRect();
    const seen = [...scroller.querySelectorAll('li')].filter((row) => {
      const at = row.getBoundingClientRect();
      return at.bottom > top && at.top < bottom;
    });
    return seen.length > 0 && seen.every((row) => row.querySelector('[data-row]'));
  };
  const before = told();
  const sinceMs = performance.now();
  ${act}
  for (;;) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    if (whole() && (${until})) return performance.now() - sinceMs;
  }
})()`;
const typed = (text: string): string =>
  `field.value = '${text}'; field.dispatchEvent(new Event('input', { bubbles: true }));`;
const chosen = (value: string): string =>
  `outcome.value = '${value}'; outcome.dispatchEvent(new Event('change', { bubbles: true }));`;

async function onPage(stage: Stage, rounds: number): Promise<Figure[]> {
  const page = await stage.page('calls', { atPracticeDay: false });
  await page.getByText('100,000 calls').waitFor();
  await page.getByRole('button', { name: 'Filters' }).click();
  const taken: Record<string, number[]> = { scroll: [], filter: [], search: [] };
  const changed = 'told() !== before';
  for (let round = 0; round < rounds; round += 1) {
    // A jump to where nothing was fetched yet.
    const topPx = 76 * (5000 + round * 2300);
    taken.scroll?.push(await page.evaluate<number>(watched(`scroller.scrollTop = ${topPx};`, 'true')));
    taken.filter?.push(await page.evaluate<number>(watched(chosen('failed'), changed)));
    await page.evaluate(watched(chosen('ended'), changed));
    taken.search?.push(await page.evaluate<number>(watched(typed('whitening'), changed)));
    await page.evaluate(watched(typed(''), changed));
  }
  await page.context().close();
  const note = `${rounds} times in Chromium, ${count} calls in the list`;
  const figure = (name: string, what: string): Figure => ({
    ...{ name, value: percentile(taken[what] ?? [], 95), unit: 'ms', limit: 100, note },
  });
  return [
    figure('the page: a jump in the list to rows that are shown, p95', 'scroll'),
    figure('the page: an outcome chosen to its rows, p95', 'filter'),
    figure('the page: a word typed to its rows, p95', 'search'),
  ];
}

async function figures(
  box: Box,
  tenantId: string,
  { asked, rounds, limitMs }: { asked: typeof questions; rounds: number; limitMs: number },
): Promise<Figure[]> {
  const found: Figure[] = [];
  let longestMs = 0;
  for (const [name, query] of Object.entries(asked)) {
    const times: number[] = [];
    let total = 0;
    for (let round = -1; round < rounds; round += 1) {
      // Nothing is remembered from the round before.
      const listing = createCallListing(box);
      const held = watchLoop();
      const sinceMs = performance.now();
      const answer = await listing.list({ practice: 'without', limit: 100, page: 1, ...query }, [tenantId]);
      const tookMs = performance.now() - sinceMs;
      const heldMs = held();
      total = answer.pagination.total;
      if (round < 0) continue;
      times.push(tookMs);
      longestMs = Math.max(longestMs, heldMs);
    }
    found.push({
      ...{ name: `list of ${count}: ${name}, p95`, value: percentile(times, 95), unit: 'ms' },
      ...{ limit: limitMs, note: `${total} calls fit, 100 shown and counted, ${rounds} times` },
    });
  }
  found.push({
    ...{ name: 'the loop held up at most', value: longestMs, unit: 'ms', limit: 5 },
    note: `by one piece of any of these ${Object.keys(asked).length} questions`,
  });
  return found;
}

/** How long the loop is held up in one go, until asked. */
function watchLoop(): () => number {
  let longestMs = 0;
  let lastMs = performance.now();
  let on = true;
  const tick = (): void => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
    if (on) setImmediate(tick);
  };
  setImmediate(tick);
  return () => {
    on = false;
    return Math.max(longestMs, performance.now() - lastMs);
  };
}

/** What the indexes cost a call that goes on. */
function writing(box: Box, tenantId: string): Figure[] {
  const store = box.tenant(tenantId);
  const [call] = store.calls.list({ limit: 1 });
  const times: number[] = [];
  for (let i = 0; i < 200; i += 1) {
    const sinceMs = performance.now();
    store.transcript.add({
      ...{ callId: call?.id ?? '', speaker: 'caller', text: 'I would like to come in on Tuesday at ten.' },
      ...{ startedAtMs: 0, endedAtMs: 1, confidence: 1, interrupted: false, latency: null },
    });
    times.push(performance.now() - sinceMs);
  }
  const note = '200 turns, each on the disk (fsync) and in the index';
  return [{ name: 'a turn is written, p95', value: percentile(times, 95), unit: 'ms', limit: 5, note }];
}
