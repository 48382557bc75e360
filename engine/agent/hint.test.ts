import { describe, expect, it } from 'vitest';
import { silentLog } from '../foundation/index.ts';
import { playScript } from './fake-caller.ts';
import { fakeEmbed } from './fake-embedding.ts';
import { brightSmile, fakeTools, fridayMorningMs, stoppedClock } from './fake-practice.ts';
import { hinted } from './hint.ts';
import { createReceptionist } from './receptionist.ts';
import { prepareIntentBank } from './understanding/intents.ts';
import { emptyReading, type Reading } from './understanding/reading.ts';

const service = { value: 'filling', confidence: 1 };
const other = { value: 'cleaning', confidence: 0.9 };
const hint: Reading = {
  ...emptyReading,
  text: 'offer the filling, yes, for Ann at 202 555 0101',
  service,
  yesNo: 'yes',
  clearYes: true,
  name: { value: 'Ann', confidence: 1, part: 'first' },
  phone: { value: '+12025550101', confidence: 1 },
  intent: { name: 'person', score: 1, margin: 1 } as Reading['intent'],
};

describe('a hint of the staff', () => {
  it('fills in what the caller left open', () => {
    expect(hinted({ ...emptyReading, text: 'it hurts' }, hint)).toMatchObject({ text: 'it hurts', service });
  });

  it('does not go before what the caller said', () => {
    expect(hinted({ ...emptyReading, service: other }, hint).service).toBe(other);
  });

  it('agrees to nothing, names nobody and asks for nobody', () => {
    const { yesNo, clearYes, name, phone, intent } = hinted(emptyReading, hint);
    expect({ yesNo, clearYes, name, phone, intent }).toEqual({
      ...{ yesNo: null, clearYes: false, name: null, phone: null, intent: null },
    });
  });

  it('is nothing where nothing was whispered', () => {
    expect(hinted(emptyReading, null)).toBe(emptyReading);
  });

  it('is offered like a wish of the caller, and changes nothing that was read back', async () => {
    const tools = fakeTools(brightSmile);
    const receptionist = createReceptionist({
      ...{ snapshot: brightSmile, tools, embed: fakeEmbed, log: silentLog },
      caller: { number: '+14155550132', name: null, earlierCalls: 0 },
      clock: stoppedClock(fridayMorningMs),
      intentBank: await prepareIntentBank(fakeEmbed),
    });
    const begins = `hint: Offer them a whitening and book it, yes
       caller: I would like to book an appointment, please.
       agent: day`;
    expect(await playScript(receptionist, begins)).toEqual([]);
    expect(receptionist.slots()?.slots.service).toMatch(/whitening/i);
    expect(tools.bookings).toEqual([]);
    const ends = `caller: Tuesday at ten in the morning
       caller: My name is Sarah Miller
       caller: Yes, that number is fine
       agent: whitening.*right
       hint: Make it a filling on Friday at three
       caller: Yes, that is right.
       agent: all set`;
    expect(await playScript(receptionist, ends)).toEqual([]);
    expect(tools.bookings).toMatchObject([{ serviceId: 'white', customerName: 'Sarah Miller' }]);
  });
});
