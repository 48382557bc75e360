import type { Socket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../foundation/index.ts';
import { encodePcmu } from './codec/g711.ts';
import { Inbox } from './inbox.ts';
import { Leg } from './leg.ts';
import { writeRtp } from './rtp/packet.ts';
import { SrtpCrypto } from './srtp/crypto.ts';
import { type Rider, Timetable } from './timetable.ts';

const frameSamples = 160;
/** Codes of positive levels go down from here as the levels go up (G.711 table 2a). */
const silentCode = 0xff;
const source = { address: '127.0.0.1', port: 4000, family: 'IPv4', size: 172 } as const;

/** Sends nowhere; what it is told to close is closed. */
const fakeSocket = (): Socket => {
  const socket = new EventEmitter() as EventEmitter & { send(): void; close(done: () => void): void };
  socket.send = () => {};
  socket.close = (done) => done();
  return socket as unknown as Socket;
};

/** A leg whose slots are called by hand; time goes on by 20 ms with each. */
async function world() {
  let nowMs = 1000;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  let rider: Rider | null = null;
  const timetable = new Timetable({ clock, onError: () => {}, alarm: () => () => {} });
  timetable.add = (added) => {
    rider = added;
  };
  const leg = new Leg({
    ...{ socket: fakeSocket(), rtcpSocket: fakeSocket(), port: 4002, clock, log: silentLog, timetable },
    ...{ inbox: new Inbox(clock.monotonicMs), kernelFor: () => undefined, onClosed: () => {} },
    sounds: { musicFor: () => new Int16Array(8000), ringbackFor: () => new Int16Array(8000) },
    srtpCrypto: new SrtpCrypto(),
  });
  const told: Int16Array[] = [];
  leg.on('audio', (samples) => told.push(samples));
  leg.start({ remote: source, codec: 'PCMU', payloadType: 0, dtmfPayloadType: 101 });
  // The coder comes a moment later.
  await sleep(5);
  let sequence = 0;
  return {
    leg,
    told,
    /** Each packet has a level of its own, louder than the one before. */
    arrive(count: number) {
      for (let n = 0; n < count; n += 1) {
        sequence += 1;
        const fields = { payloadType: 0, marker: false, ssrc: 7, csrcs: [], extension: null };
        const payload = new Uint8Array(frameSamples).fill(silentCode - sequence);
        const packet = writeRtp({ ...fields, sequence, timestamp: sequence * frameSamples, payload });
        leg.accept(packet, source, nowMs);
      }
    },
    slot(missed = 0) {
      nowMs += 20 * (missed + 1);
      rider?.prepare({ missed });
      rider?.receive({ missed });
    },
  };
}

describe('a leg that was held up', () => {
  it('tells all that arrived meanwhile, and is no later than before', async () => {
    const { told, arrive, slot } = await world();
    for (let n = 0; n < 20; n += 1) {
      arrive(1);
      slot();
    }
    // What is made up where nothing has come is no level: it fades.
    const levels = () =>
      told
        .filter((samples) => samples[0] === samples.at(-1))
        .map((samples) => silentCode - (encodePcmu(samples)[0] ?? 0));
    const lagBefore = 20 - (levels().at(-1) ?? 0);
    // 100 ms in which nothing ran: the sockets are read after the slot that ends it.
    slot(4);
    arrive(5);
    arrive(1);
    slot();
    arrive(1);
    slot();
    const heard = levels().filter((level) => level > 0);
    expect(27 - (heard.at(-1) ?? 0)).toBeLessThanOrEqual(lagBefore + 1);
    const last = heard.at(-1) ?? 0;
    expect(Array.from({ length: last }, (_, n) => n + 1).filter((level) => !heard.includes(level))).toEqual(
      [],
    );
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
  });

  it('makes nothing up when nothing arrived', async () => {
    const { told, arrive, slot } = await world();
    for (let n = 0; n < 10; n += 1) {
      arrive(1);
      slot();
    }
    const before = told.length;
    slot(4);
    slot();
    expect(told.length).toBe(before + 2);
  });
});
