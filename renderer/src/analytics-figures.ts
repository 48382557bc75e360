import type { Analytics } from '../../engine/api/contract/index.ts';
import { duration, money, seconds } from './format.ts';
import { analyticsStrings as words } from './strings-analytics.ts';

/** A number of the page of figures, with what it was before. */
export interface ShownFigure {
  readonly name: string;
  /** In words. */
  readonly value: string;
  /** To compare; null where there is nothing to compare. */
  readonly now: number | null;
  readonly before: number | null;
  readonly help?: string;
  /** Filters of the calls that it counts; null where there are no such filters. */
  readonly calls: Readonly<Record<string, string>> | null;
}

const none = '–';
const shown = (value: number | null, words: (value: number) => string): string =>
  value === null ? none : words(value);
const percent = (part: number, whole: number): number => (whole === 0 ? 0 : Math.round((part / whole) * 100));

/** @param earlier of the period before; null while it is not known */
export function figuresOf(of: Analytics, earlier: Analytics | null): readonly ShownFigure[] {
  const { totals } = of;
  const count = (
    name: string,
    read: (of: Analytics) => number,
    rest: Pick<ShownFigure, 'calls'> & Partial<ShownFigure>,
  ): ShownFigure => {
    const now = read(of);
    return { name, value: now.toLocaleString('en-US'), now, before: earlier && read(earlier), ...rest };
  };
  const ended = (name: string, outcome: keyof typeof totals.outcomes, help?: string): ShownFigure =>
    count(name, (one) => one.totals.outcomes[outcome] ?? 0, {
      ...{ calls: { status: outcome }, ...(help ? { help } : {}) },
    });
  const measured = (
    name: string,
    read: (of: Analytics) => number | null,
    { value, help }: { readonly value: (now: number) => string; readonly help?: string },
  ): ShownFigure => {
    const now = read(of);
    const before = earlier && read(earlier);
    return { name, value: shown(now, value), now, before, calls: {}, ...(help ? { help } : {}) };
  };
  const { figures, help } = words;
  return [
    count(figures.calls, (one) => one.totals.calls, { calls: {} }),
    count(figures.answered, (one) => one.totals.answered, {
      ...{ calls: { direction: 'inbound' }, help: help.share(percent(totals.answered, totals.inbound)) },
    }),
    ended(figures.booked, 'booked', help.ofAnswered(percent(totals.outcomes.booked ?? 0, totals.answered))),
    ended(figures.messages, 'message'),
    ended(figures.transferred, 'transferred'),
    ended(figures.abandoned, 'abandoned'),
    count(figures.missed, (one) => one.totals.missed, { calls: null }),
    measured(figures.average, (one) => one.totals.averageMs, { value: duration }),
    measured(figures.minutes, (one) => one.totals.talkMs, { value: (ms) => words.minutes(ms / 60_000) }),
    ...revenueOf(of, earlier),
    measured(figures.p50, (one) => one.latency.p50Ms, { value: seconds, help: help.p50 }),
    measured(figures.p95, (one) => one.latency.p95Ms, { value: seconds, help: help.p95 }),
    measured(figures.saved, (one) => one.savedMs, {
      ...{ value: (ms: number) => words.hours(ms / 3_600_000), help: help.saved },
    }),
  ];
}

/** Compared in the first currency. */
function revenueOf({ totals }: Analytics, earlier: Analytics | null): readonly ShownFigure[] {
  const [first] = totals.revenue;
  if (!first) return [];
  const before =
    earlier?.totals.revenue.find(({ currency }) => currency === first.currency)?.amountMinor ?? 0;
  return [
    {
      ...{ name: words.figures.revenue, help: words.help.revenue, calls: { status: 'booked' } },
      value: totals.revenue.map(({ amountMinor, currency }) => money(amountMinor, currency)).join(' + '),
      ...{ now: first.amountMinor, before: earlier && before },
    },
  ];
}
