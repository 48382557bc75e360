import { describe, expect, it } from 'vitest';
import { silentLog } from '../../foundation/index.ts';
import { playScript } from '../fake-caller.ts';
import { fakeEmbed } from '../fake-embedding.ts';
import { brightSmile, fakeTools, fridayMorningMs, stoppedClock } from '../fake-practice.ts';
import type { CallerContext } from '../model.ts';
import type { Phrase } from '../phrasing/small-talk.ts';
import { createReceptionist } from '../receptionist.ts';
import { prepareIntentBank } from '../understanding/intents.ts';

const number = '+14155550132';
const startsAtMs = Date.parse('2026-11-24T15:00:00Z');
const theirs = {
  ...{ id: 'a', serviceId: 'clean', serviceName: 'cleaning', staffName: 'Bright Smile' },
  ...{ startsAtMs, endsAtMs: startsAtMs + 1_800_000 },
};

async function callOf(known: Partial<CallerContext>) {
  const asked: string[] = [];
  const phrase: Phrase = async ({ messages }) => {
    asked.push(JSON.stringify(messages));
    return 'How lovely to hear.';
  };
  const receptionist = createReceptionist({
    ...{ snapshot: { ...brightSmile, skills: [] }, embed: fakeEmbed, log: silentLog, phrase },
    tools: fakeTools(brightSmile, { appointments: [theirs] }),
    caller: { number, name: 'Sarah Miller', earlierCalls: 3, ...known },
    clock: stoppedClock(fridayMorningMs),
    intentBank: await prepareIntentBank(fakeEmbed),
  });
  return { asked, play: (script: string) => playScript(receptionist, script) };
}

describe('what is remembered of a caller', () => {
  it.each([
    ['morning', /9 AM|10 AM|11 AM/],
    ['afternoon', /(?<!\d)(?:12|1|2|3|4)(?::\d\d)? PM/],
  ] as const)('offers the part of the day in which they mostly come: %s', async (usualPartOfDay, times) => {
    const { play } = await callOf({ usualPartOfDay });
    const offered = `caller: I would like a cleaning on Tuesday
      agent: ${times.source}`;
    expect(await play(offered)).toEqual([]);
  });

  it('is spoken of with the model once they have shown that the number is theirs, and not before', async () => {
    const { asked, play } = await callOf({ lastSummaries: ['Was afraid of needles.'] });
    const before = `caller: How are you today?`;
    expect(await play(before)).toEqual([]);
    expect(asked).toHaveLength(1);
    expect(asked[0]).not.toContain('needles');
    const shows = `caller: When is my appointment?
      caller: Sarah Miller
      caller: 415 555 0132
      caller: How are you today?`;
    expect(await play(shows)).toEqual([]);
    expect(asked.at(-1)).toContain('needles');
  });

  it('stays unspoken to somebody who shows another number as theirs', async () => {
    const { asked, play } = await callOf({ lastSummaries: ['Was afraid of needles.'] });
    const shows = `caller: When is my appointment?
      caller: Bob Brown
      caller: 212 555 0199
      caller: How are you today?`;
    expect(await play(shows)).toEqual([]);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.join()).not.toContain('needles');
  });
});
