import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { spokenDateTime } from '../../engine/agent/index.ts';
import { ha1Of, type SrfRequest, type SrfResponse } from '../../engine/sip/index.ts';
import { speakable, splitClauses } from '../../engine/speech/index.ts';
import type { OpenSpan } from '../../engine/store/index.ts';
import { parseWav } from '../caller/wav-file.ts';
import type { CallHouse } from './call-control-house.ts';
import { pause, tones, until } from './call-control-party.ts';

const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;
const always = weekdays.map((weekday): OpenSpan => ({ weekday, fromMinute: 0, toMinute: 1440 }));
const inTwoDays = DateTime.utc().startOf('day').plus({ days: 2, minutes: 585 });
const closedNow = always
  .filter(({ weekday }) => weekday === inTwoDays.weekday)
  .map((span): OpenSpan => ({ ...span, fromMinute: 585 }));

export function hoursCases(house: CallHouse): void {
  const { box, behaviours, limits } = house;
  const { ring, answers, turns, controls, greeted, over, eventsOf } = house;
  let businesses = 0;

  /** A business with two phones, and a group of the first. */
  const business = (hours: OpenSpan[]) => {
    businesses += 1;
    const number = `+1555555020${businesses}`;
    const name = `Salon ${businesses}`;
    const { id } = box.tenants.create({ name, timeZone: 'UTC', numbers: [{ number }], hours });
    const [first, second] = [`first-${businesses}`, `second-${businesses}`];
    for (const [i, username] of [first, second].entries()) {
      box.phones.add({
        ...{ tenantId: id, username, ha1: ha1Of(username, 'secret') },
        ...{ label: username, extension: String(101 + i) },
      });
    }
    const group = box.ringGroups.add({ tenantId: id, name: 'Night', members: [first], ringS: 10 });
    const lastCall = () => box.tenant(id).calls.list({ limit: 1 })[0];
    const recordingOf = (path: string): string => join(house.folder, 'data', path);
    return { id, number, first, second, groupId: group.id, lastCall, recordingOf };
  };

  const opensInTwoDays = splitClauses(
    `We open again on ${spokenDateTime(inTwoDays.toMillis(), { timeZone: 'UTC', language: 'en-US' })}.`,
  ).map((clause) => speakable(clause, 'en-US'));

  describe.sequential('hours and recording', () => {
    it('while the business is closed a message is taken, in words that say when it opens', async () => {
      const { id, number, lastCall, recordingOf } = business(closedNow);
      box.closed.set(id, { kind: 'message', ringGroupId: null });
      const caller = await ring(number);
      await until(() => caller.heard(tones.agent) > 20);
      await pause(3000);
      caller.tone(tones.caller, 700);
      await pause(900);
      await over(caller);
      expect(house.spoken()).toEqual(expect.arrayContaining(opensInTwoDays));
      expect(eventsOf('call.outside-hours')).toMatchObject([{ kind: 'message' }]);
      expect(eventsOf('call.overflowed')).toEqual([]);
      expect(lastCall()?.outcome).toBe('message');
      const { channels } = parseWav(readFileSync(recordingOf(lastCall()?.recording ?? '')));
      const spoken = channels[0]?.filter((sample) => Math.abs(sample) > 1000) ?? [];
      expect(spoken.length).toBeGreaterThan(8 * 400);
    });

    it('while it is closed people are rung, and a message is taken where they do not answer', async () => {
      const { id, number, first, groupId, lastCall } = business(closedNow);
      box.closed.set(id, { kind: 'ring-group', ringGroupId: groupId });
      const person = answers(first);
      const caller = await ring(number);
      const called = await person;
      called.tone(tones.person, 1000);
      await until(() => caller.heard(tones.person) > 20);
      await over(caller, called);
      expect(lastCall()?.outcome).toBe('transferred');
      behaviours.set(first, (_: SrfRequest, res: SrfResponse) => res.send(486));
      const second = await ring(number);
      await until(() => second.heard(tones.agent) > 20);
      await over(second);
      expect(eventsOf('call.outside-hours')).toMatchObject([{ kind: 'ring-group' }, { kind: 'message' }]);
    });

    it('while it is closed callers are told that it is busy, and its phones ring each other', async () => {
      const { id, number, first, second } = business(closedNow);
      box.closed.set(id, { kind: 'busy', ringGroupId: null });
      await expect(ring(number)).rejects.toMatchObject({ status: 486 });
      const person = answers(second);
      const caller = await ring('102', { phone: first });
      await over(caller, await person);
    });

    it('while it is open the agent answers, and closed too unless it is told otherwise', async () => {
      const open = business(always);
      box.closed.set(open.id, { kind: 'busy', ringGroupId: null });
      for (const number of [open.number, business(closedNow).number]) {
        const caller = await ring(number);
        await greeted();
        await over(caller);
      }
      expect(eventsOf('call.outside-hours')).toEqual([]);
    });

    it('an announced recording is told before the greeting; a call keeps what it began with', async () => {
      const { id, number, lastCall, recordingOf } = business(always);
      box.tenants.setRecording(id, 'announced');
      const caller = await ring(number);
      await greeted();
      expect(turns()[0]).toMatch(/^agent: This call is recorded\. Thank you for calling/);
      box.tenants.setRecording(id, 'off');
      await controls().record(false);
      await controls().record(true);
      await over(caller);
      expect(existsSync(recordingOf(lastCall()?.recording ?? 'none'))).toBe(true);
    });

    it('an announced recording is told to both before people talk; without a voice there is none', async () => {
      const { id, number, first, groupId, lastCall } = business(closedNow);
      box.tenants.setRecording(id, 'announced');
      box.closed.set(id, { kind: 'ring-group', ringGroupId: groupId });
      const person = answers(first);
      const caller = await ring(number);
      const called = await person;
      await until(() => caller.heard(tones.agent) > 2 && called.heard(tones.agent) > 2);
      called.tone(tones.person, 2000);
      await until(() => caller.heard(tones.person) > 20);
      await over(caller, called);
      expect(lastCall()?.recording).not.toBeNull();
      limits.hasAgents = false;
      const again = answers(first);
      const other = await ring(number);
      const taken = await again;
      taken.tone(tones.person, 1000);
      await until(() => other.heard(tones.person) > 20);
      await over(other, taken);
      expect(lastCall()?.recording).toBeNull();
    });

    it('without recording there is no file, and nothing to pause', async () => {
      const { id, number, lastCall, recordingOf } = business(always);
      box.tenants.setRecording(id, 'off');
      const caller = await ring(number);
      await greeted();
      expect(turns()[0]).not.toContain('recorded');
      await expect(controls().record(false)).rejects.toMatchObject({ code: 'call_not_recorded' });
      // Nor is a message asked for that nothing would keep.
      box.overflow.set(id, { kind: 'message', ringGroupId: null, retryAfterS: 60 });
      limits.maxCalls = 1;
      await expect(ring(number)).rejects.toMatchObject({ status: 486 });
      await over(caller);
      expect(lastCall()?.recording).toBeNull();
      expect(existsSync(recordingOf(`recordings/${id}`))).toBe(false);
    });
  });
}
