import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseWav } from '../caller/wav-file.ts';
import type { CallHouse } from './call-control-house.ts';
import { type Party, pause, tones, until } from './call-control-party.ts';

export function conferenceCases(house: CallHouse): void {
  const { ring, answers, turns, controls, greeted, over, lastCall, eventsOf, heardByAgent } = house;

  const hears = async (listener: Party, hz: number): Promise<void> => {
    const before = listener.heard(hz);
    await until(() => listener.heard(hz) > before + 8);
  };
  /** One says something, and the agent answers it. */
  const asks = async (party: Party, hz: number): Promise<void> => {
    const before = turns().length;
    party.tone(hz, 800);
    await until(() => turns().length > before + 1);
  };

  describe.sequential('a conference with the agent', () => {
    it('of three: everybody hears everybody, and the agent understands both', async () => {
      const person = answers('desk');
      const caller = await ring();
      await greeted();
      await controls().conference({ to: { kind: 'phone', username: 'desk' } });
      const desk = await person;
      // The caller asks: the person hears the question and the agent's answer.
      await Promise.all([
        hears(desk, tones.caller).then(() => hears(desk, tones.agent)),
        hears(caller, tones.agent),
        asks(caller, tones.caller),
      ]);
      expect(heardByAgent().at(-1)).toEqual([tones.caller]);
      // The person asks: the caller hears the question and the agent's answer.
      await Promise.all([
        hears(caller, tones.person).then(() => hears(caller, tones.agent)),
        hears(desk, tones.agent),
        asks(desk, tones.person),
      ]);
      expect(heardByAgent().at(-1)).toEqual([tones.person]);
      // Nobody hears themselves.
      expect([caller.heard(tones.caller), desk.heard(tones.person)]).toEqual([0, 0]);
      await over(caller, desk);
      expect(eventsOf('call.conferenced')[0]).toMatchObject({ members: ['desk'] });
      expect(lastCall()).toMatchObject({ outcome: 'answered' });
      const { channels } = parseWav(readFileSync(join(house.folder, 'data', lastCall()?.recording ?? '')));
      const [left, right] = channels.map((samples) => samples.filter((sample) => sample !== 0).length);
      // The caller alone on the left; the person and the agent on the right.
      expect(left).toBeGreaterThan(8 * 700);
      expect(right).toBeGreaterThan(8 * 1000);
    });

    it('goes on between the caller and the agent when the person leaves', async () => {
      const person = answers('desk');
      const caller = await ring();
      await greeted();
      await controls().conference({ to: { kind: 'phone', username: 'desk' } });
      const desk = await person;
      await Promise.all([hears(desk, tones.agent), asks(caller, tones.caller)]);
      await desk.hangUp();
      await pause(200);
      expect(caller.ended).toBe(false);
      await Promise.all([hears(caller, tones.agent), asks(caller, tones.caller)]);
      // Somebody else can be put through to now.
      const other = answers('lee');
      const transfer = controls().transfer({ to: { kind: 'phone', username: 'lee' }, mode: 'blind' });
      const lee = await other;
      expect(await transfer).toEqual({ result: 'completed' });
      const [agentBefore, spoken] = [lee.heard(tones.agent), turns().length];
      caller.tone(tones.caller, 800);
      await hears(lee, tones.caller);
      await pause(800);
      // The agent takes no part any more.
      expect([lee.heard(tones.agent), turns().length]).toEqual([agentBefore, spoken]);
      await over(caller, desk, lee);
      expect(lastCall()).toMatchObject({ outcome: 'transferred' });
    });

    it('of people alone the agent hears nothing, and says nothing', async () => {
      const [first, second] = [answers('lee'), answers('desk')];
      const caller = await ring();
      await greeted();
      await controls().transfer({ to: { kind: 'phone', username: 'lee' }, mode: 'blind' });
      await controls().conference({ to: { kind: 'phone', username: 'desk' } });
      const [lee, desk] = [await first, await second];
      const [spoken, understood] = [turns().length, heardByAgent().length];
      desk.tone(tones.person, 800);
      await Promise.all([hears(caller, tones.person), hears(lee, tones.person)]);
      await pause(800);
      expect([turns().length, heardByAgent().length]).toEqual([spoken, understood]);
      expect([lee.heard(tones.agent), desk.heard(tones.agent)]).toEqual([0, 0]);
      await over(caller, lee, desk);
    });
  });
}
