import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DtmfReceiver, DtmfSender, dtmfTones, parseTelephoneEvent, writeTelephoneEvent } from './dtmf.ts';

interface Sent {
  readonly ssrc: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payload: Uint8Array;
}

function send(keys: string, firstTimestamp = 1000): Sent[] {
  const sender = new DtmfSender();
  sender.queue(keys);
  const packets: Sent[] = [];
  for (let timestamp = firstTimestamp; ; timestamp = (timestamp + 160) >>> 0) {
    const turn = sender.next(timestamp);
    if (!turn) return packets;
    if (turn.kind === 'event') packets.push({ ssrc: 1, ...turn });
  }
}

const hear = (packets: readonly Sent[]): string => {
  const receiver = new DtmfReceiver();
  return packets.map((packet) => receiver.receive(packet) ?? '').join('');
};

describe('telephone-event', () => {
  it('reads and writes the payload of RFC 4733 §2.3', () => {
    const bytes = Uint8Array.of(11, 0x8a, 0x03, 0x20);
    const event = { event: 11, end: true, volume: 10, durationSamples: 800 };
    expect(parseTelephoneEvent(bytes)).toEqual(event);
    expect(writeTelephoneEvent(event)).toEqual(bytes);
    expect(parseTelephoneEvent(bytes.subarray(0, 3))).toBeNull();
  });

  it('sends one timestamp a key, a marker at its start, growing durations and three ends', () => {
    const packets = send('5');
    expect(new Set(packets.map(({ timestamp }) => timestamp))).toEqual(new Set([1000]));
    expect(packets.map(({ marker }) => marker)).toEqual([true, ...Array(6).fill(false)]);
    const events = packets.map(({ payload }) => parseTelephoneEvent(payload));
    expect(events.map((event) => event?.durationSamples)).toEqual([160, 320, 480, 640, 800, 800, 800]);
    expect(events.map((event) => event?.end)).toEqual([false, false, false, false, true, true, true]);
  });

  it('leaves a pause of 40 ms or more between two keys', () => {
    const packets = send('11');
    const [first, second] = [...new Set(packets.map(({ timestamp }) => timestamp))];
    expect((second ?? 0) - (first ?? 0) - 800).toBeGreaterThanOrEqual(320);
  });

  it('refuses what is no key', () => {
    expect(() => new DtmfSender().queue('12x')).toThrowError(
      expect.objectContaining({ code: 'input_invalid' }),
    );
  });
});

describe('telephone-event receiver', () => {
  it('tells every key once, in order', () => {
    expect(hear(send('0123456789*#ABCD'))).toBe('0123456789*#ABCD');
    expect(hear(send('5577', 0xffffff00))).toBe('5577');
  });

  it('tells every key once whatever is lost of it, as long as one packet arrives', () => {
    const keys = fc.array(fc.constantFrom(...'0123456789*#'), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        keys,
        fc.array(fc.integer({ min: 1, max: 127 }), { minLength: 6, maxLength: 6 }),
        (list, masks) => {
          // Two presses of one key need the second's marker or the first's end to be told apart: others are lost freely.
          const isDoubled = (index: number) =>
            list[index] === list[index - 1] || list[index] === list[index + 1];
          const arrived = send(list.join('')).filter((_, index) => {
            const press = Math.floor(index / 7);
            return isDoubled(press) || ((masks[press] ?? 0) >> (index % 7)) & 1;
          });
          expect(hear(arrived)).toBe(list.join(''));
        },
      ),
    );
  });

  it('ignores stragglers of an earlier key', () => {
    const packets = send('12');
    const [straggler] = packets.splice(6, 1);
    expect(hear(straggler ? [...packets, straggler] : [])).toBe('12');
  });

  it('takes the segments of a very long press for one', () => {
    const held = (timestamp: number, marker: boolean, durationSamples: number, end: boolean): Sent => ({
      ssrc: 1,
      timestamp,
      marker,
      payload: writeTelephoneEvent({ event: 9, end, volume: 10, durationSamples }),
    });
    const packets = [
      held(0, true, 160, false),
      held(0, false, 0xffff, false),
      held(0xffff, false, 160, false),
      held(0xffff, false, 800, true),
    ];
    expect(hear(packets)).toBe('9');
  });

  it.each([
    ['its own clock', 0xffff],
    ['that of the audio beside it', 6 * 0xffff],
  ])('takes the segments of a long press for one, stamped by %s', (_clock, distance) => {
    const receiver = new DtmfReceiver(8000, 48_000);
    const segment = (timestamp: number, marker: boolean, durationSamples: number): Sent => ({
      ssrc: 1,
      timestamp,
      marker,
      payload: writeTelephoneEvent({ event: 9, end: false, volume: 10, durationSamples }),
    });
    const told = [segment(0, true, 160), segment(0, false, 0xffff), segment(distance, false, 160)].map(
      (packet) => receiver.receive(packet),
    );
    expect(told).toEqual(['9', null, null]);
    // The same key once more, a second later and with its marker lost.
    expect(receiver.receive(segment(distance + 49_000, false, 160))).toBe('9');
  });

  it('goes on with a press while the clock changes', () => {
    const receiver = new DtmfReceiver();
    const packets = send('5');
    const told = packets.map((packet, n) => {
      if (n === 3) receiver.changeClock(48_000, 48_000);
      return receiver.receive(packet);
    });
    expect(told).toEqual(['5', ...Array(6).fill(null)]);
  });

  it('ignores a hook flash and a state event', () => {
    const odd = [
      { event: 16, end: false, volume: 0, durationSamples: 160 },
      { event: 5, end: false, volume: 0, durationSamples: 0 },
    ];
    expect(
      hear(
        odd.map((event) => ({ ssrc: 1, timestamp: 0, marker: true, payload: writeTelephoneEvent(event) })),
      ),
    ).toBe('');
  });

  it('starts anew with a new stream', () => {
    const later = send('1', 90_000);
    const anew = send('1', 80_000).map((packet) => ({ ...packet, ssrc: 2 }));
    expect(hear([...later, ...anew])).toBe('11');
  });
});

describe('tones in the audio', () => {
  it('have the two frequencies of the key', () => {
    const samples = dtmfTones('6')
      .slice(0, 5)
      .flatMap((frame) => [...frame]);
    const power = (hz: number) => {
      const part = (wave: (x: number) => number) =>
        samples.reduce((sum, sample, n) => sum + sample * wave((2 * Math.PI * hz * n) / 8000), 0);
      return part(Math.sin) ** 2 + part(Math.cos) ** 2;
    };
    const others = [697, 852, 941, 1209, 1336, 1633].map(power);
    expect(Math.min(power(770), power(1477))).toBeGreaterThan(50 * Math.max(...others));
  });
});
