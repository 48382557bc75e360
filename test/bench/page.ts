import { percentile } from '../caller/percentiles.ts';
import { hasBrowser } from '../e2e/browser.ts';
import { builtSizes } from '../e2e/built-sizes.ts';
import { fullPractice } from '../e2e/full-practice.ts';
import { SetClock } from '../e2e/practice.ts';
import { Stage } from '../e2e/stage.ts';
import type { Bench, Figure } from './figure.ts';

/** When the desk says what today was like, its calls and appointments are there. */
const watchDesk = `
  globalThis.seen = { deskMs: 0, longestTaskMs: 0 };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.longestTaskMs = Math.max(seen.longestTaskMs, duration);
  }).observe({ type: 'longtask', buffered: true });
  new MutationObserver((_, observer) => {
    const desk = document.querySelector('.desk');
    if (!desk || desk.querySelector('.skeleton') || !/today/i.test(desk.textContent)) return;
    seen.deskMs = performance.now();
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true, characterData: true });
`;

interface Seen {
  readonly deskMs: number;
  readonly paintMs: number;
  readonly longestTaskMs: number;
}

/** Evaluated as it is: the page's content policy lets nothing poll within it. */
const deskSeen = `new Promise((resolve) => {
  const look = () => (seen.deskMs > 0 ? resolve() : setTimeout(look, 20));
  look();
})`;

const readDesk = `({
  ...seen,
  paintMs: performance.getEntriesByName('first-contentful-paint')[0].startTime,
})`;

/** The page as it is built, given out by the real API, in a browser that has seen nothing of it. */
export const page: Bench = async ({ quick, tell }) => [
  ...weights(),
  ...(hasBrowser ? await views(quick ? 3 : 20, tell) : []),
];

function weights(): readonly Figure[] {
  const { scriptsBytes, firstViewBytes } = builtSizes();
  return [
    {
      ...{ name: 'page: all scripts', value: scriptsBytes / 1024, unit: 'kB', limit: 350 },
      note: 'gzip, of all pages together',
    },
    {
      ...{ name: 'page: first view', value: firstViewBytes / 1024, unit: 'kB', limit: null },
      note: 'gzip, scripts and styles that the desk waits for',
    },
  ];
}

async function views(rounds: number, tell: (text: string) => void): Promise<Figure[]> {
  const clock = new SetClock();
  const stage = new Stage({ clock });
  try {
    await fullPractice(stage, clock);
    await stage.open();
    const seen: Seen[] = [];
    const palettes: number[] = [];
    for (let round = -1; round < rounds; round += 1) {
      const { desk, paletteMs } = await view(stage);
      // The first round warms the server up.
      if (round < 0) continue;
      seen.push(desk);
      palettes.push(paletteMs);
    }
    tell(`  ${rounds} first views`);
    const of = (key: keyof Seen) => seen.map((one) => one[key]);
    const late = (name: string, values: readonly number[], limit: number | null): Figure => ({
      ...{ name, value: percentile(values, 95), unit: 'ms', limit },
      note: `p95 of ${rounds} views, cold cache; median ${percentile(values, 50)} ms`,
    });
    return [
      late('page: first paint', of('paintMs'), 1000),
      late('page: desk with its content', of('deskMs'), 1000),
      late('page: longest task of the first view', of('longestTaskMs'), null),
      late('page: command palette opens', palettes, 100),
    ];
  } finally {
    await stage.close();
  }
}

async function view(stage: Stage): Promise<{ desk: Seen; paletteMs: number }> {
  const page = await stage.page('', { atPracticeDay: false, address: 'about:blank' });
  try {
    await page.addInitScript(watchDesk);
    await page.goto(stage.address);
    await page.evaluate(deskSeen);
    const desk = await page.evaluate<Seen>(readDesk);
    // The other pages have come meanwhile.
    await page.waitForTimeout(2000);
    const paletteMs = await page.evaluate<number>(`new Promise((resolve) => {
      const startMs = performance.now();
      new MutationObserver((_, observer) => {
        if (!document.querySelector('[role="option"]')) return;
        observer.disconnect();
        requestAnimationFrame(() => resolve(performance.now() - startMs));
      }).observe(document, { childList: true, subtree: true });
      window.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true }));
    })`);
    return { desk, paletteMs };
  } finally {
    await page.context().close();
  }
}
