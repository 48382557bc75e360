import { describe, expect, it } from 'vitest';
import type { FedVoice } from './messages.ts';
import { type Ear, StaffSeat, type StaffSeatParts } from './staff-seat.ts';

/** A seat at a call, and everything that comes of it. */
function sit(options: Partial<StaffSeatParts> = {}) {
  const orders: string[] = [];
  const fed: FedVoice[] = [];
  const words: string[] = [];
  const takenBy: (string | null)[] = [];
  const resumed: string[] = [];
  let lastId = 0;
  const seat = new StaffSeat({
    callId: 'call',
    worker: {
      request: async (order) => {
        orders.push('on' in order ? `${order.kind} ${order.on}` : order.kind);
        return { kind: 'done', id: 0 };
      },
      feed: (_, voice) => void fed.push(voice),
    },
    registry: { takenOver: (_, by) => void takenBy.push(by) },
    newId: () => {
      lastId += 1;
      return `listener-${lastId}`;
    },
    way: 'out',
    isWithAgent: () => true,
    resumeAgent: async (after) => void resumed.push(after),
    onDone: (deed, told) => void words.push(`${deed.type} ${told}`),
    ...options,
  });
  return { seat, orders, fed, words, takenBy, resumed };
}

class FakeEar implements Ear {
  readonly speaks: boolean;
  heard = 0;
  isGone = false;

  constructor(speaks = true) {
    this.speaks = speaks;
  }
  hear(): void {
    this.heard += 1;
  }
  gone(): void {
    this.isGone = true;
  }
}

const voice = new Int16Array(320);

describe('the seat of the staff', () => {
  it('taps the call while somebody listens, and gives the sound to all who do', () => {
    const { seat, orders } = sit();
    const [one, other] = [new FakeEar(), new FakeEar()];
    const first = seat.listen(one);
    const second = seat.listen(other);
    seat.hear(voice, 8000);
    first.leave();
    first.leave();
    seat.hear(voice, 8000);
    second.leave();
    expect([one.heard, other.heard]).toEqual([1, 2]);
    expect(orders).toEqual(['tap true', 'tap false']);
  });

  it('gives the caller the voice of whoever has taken over, and of nobody else', async () => {
    const { seat, orders, fed, words, takenBy } = sit();
    const [emma, max] = [seat.listen(new FakeEar()), seat.listen(new FakeEar())];
    emma.speak(voice, 16_000);
    expect(fed).toEqual([]);
    await seat.takeOver({ by: 'Emma', listener: emma.id });
    emma.speak(voice, 16_000);
    max.speak(voice, 16_000);
    expect(fed).toEqual([{ leg: 'caller', way: 'out', samples: voice, rateHz: 16_000 }]);
    expect(orders.at(-1)).toBe('pause-agent');
    expect(takenBy).toEqual(['Emma']);
    expect(words).toEqual(['call.taken-over (Emma has taken over the call.)']);
    await expect(seat.takeOver({ by: 'Max', listener: max.id })).rejects.toMatchObject({
      code: 'call_not_in_agents_hands',
    });
  });

  it('gives the call back to the agent, also when the page is closed', async () => {
    const { seat, resumed, takenBy, words } = sit();
    const emma = seat.listen(new FakeEar());
    await seat.takeOver({ by: 'Emma', listener: emma.id });
    await seat.giveBack('given-back');
    await expect(seat.giveBack('given-back')).rejects.toMatchObject({ code: 'call_not_in_agents_hands' });
    await seat.takeOver({ by: 'Emma', listener: emma.id });
    emma.leave();
    expect(resumed).toEqual(['given-back', 'left-alone']);
    expect(takenBy).toEqual(['Emma', null, 'Emma', null]);
    expect(words.at(-1)).toBe('call.given-back (Emma has left the call.)');
  });

  it('does not take over where the agent does not have the caller, or nobody with a voice listens', async () => {
    const { seat, orders } = sit({ isWithAgent: () => false });
    const emma = seat.listen(new FakeEar());
    const watcher = seat.listen(new FakeEar(false));
    const take = (listener: string) => seat.takeOver({ by: 'Emma', listener });
    await expect(take(emma.id)).rejects.toMatchObject({ code: 'call_not_in_agents_hands' });
    await expect(take(watcher.id)).rejects.toMatchObject({ code: 'input_invalid' });
    await expect(take('nobody')).rejects.toMatchObject({ code: 'input_invalid' });
    await expect(seat.whisper({ by: 'Emma', text: 'x' })).rejects.toMatchObject({
      code: 'call_not_in_agents_hands',
    });
    expect(orders).toEqual(['tap true']);
  });

  it('passes a hint on and writes it down', async () => {
    const { seat, orders, words } = sit();
    await seat.whisper({ by: 'Emma', text: 'Offer Thursday.' });
    expect(orders).toEqual(['whisper']);
    expect(words).toEqual(['call.whispered (Emma to the receptionist: Offer Thursday.)']);
  });

  it('takes the first with a voice for the caller of a practice talk', async () => {
    const there: boolean[] = [];
    const { seat, fed, orders } = sit({ way: 'in', onCaller: (isThere) => void there.push(isThere) });
    const watcher = seat.listen(new FakeEar(false));
    expect(there).toEqual([]);
    const caller = seat.listen(new FakeEar());
    const other = seat.listen(new FakeEar());
    caller.speak(voice, 16_000);
    other.speak(voice, 16_000);
    expect(fed.map(({ way }) => way)).toEqual(['in']);
    await caller.say('Hello');
    expect(orders.at(-1)).toBe('type');
    await expect(other.say('Hello')).rejects.toMatchObject({ code: 'call_not_in_agents_hands' });
    caller.leave();
    watcher.leave();
    expect(there).toEqual([true, false]);
  });

  it('lets everybody go when the call is over', () => {
    const { seat } = sit();
    const ear = new FakeEar();
    const listening = seat.listen(ear);
    seat.close();
    listening.leave();
    expect(ear.isGone).toBe(true);
  });
});
