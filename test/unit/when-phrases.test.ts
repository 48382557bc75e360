import { readFileSync } from 'node:fs';
import { DateTime } from 'luxon';
import { expect, it } from 'vitest';
import { brightSmile } from '../../engine/agent/fake-practice.ts';
import { recogniseWhen, type WhenReading } from '../../engine/agent/understanding/date-time.ts';
import { tokenise } from '../../engine/agent/understanding/tokens.ts';

/** A day may be a span; a time of day may be a window; "soonest" and "past" stand behind. */
function written(when: WhenReading | null): string {
  if (!when) return 'nothing';
  const { days, minute, window, soonest, past } = when;
  const clock = (at: number): string =>
    `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`;
  return [
    days && (days.from === days.to ? days.from : `${days.from}..${days.to}`),
    minute === null ? null : clock(minute),
    window && `${clock(window.fromMinute)}-${clock(window.toMinute)}`,
    soonest ? 'soonest' : null,
    past ? 'past' : null,
  ]
    .filter((part) => part !== null)
    .join(' ');
}

/** The share of the phrases that may be misunderstood. */
const mostMissed = 0.03;

// Now is Friday, 20 November 2026, 10:00 there; the practice opens Monday to Friday 9 to 5, Saturday 9 to 1.
it.each([
  ['en-US', 'America/New_York'],
  ['en-GB', 'Europe/London'],
  ['en-IN', 'Asia/Kolkata'],
])('understands when callers want to come, as it is said in %s', (language, timeZone) => {
  const file = new URL(`./phrases/when.${language}.txt`, import.meta.url);
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const nowMs = DateTime.fromISO('2026-11-20T10:00', { zone: timeZone }).toMillis();
  const context = { nowMs, timeZone, language, hours: brightSmile.hours, knownDay: null };
  const missed = lines.flatMap((line) => {
    const [text = '', wanted = ''] = line.split(' => ');
    const got = written(recogniseWhen(tokenise(text), { ...context, expected: true, choices: 0 }));
    return got === wanted ? [] : [`${text}: ${got} instead of ${wanted}`];
  });
  expect(lines).toHaveLength(100);
  expect(missed.length / lines.length, missed.join('\n')).toBeLessThanOrEqual(mostMissed);
});
