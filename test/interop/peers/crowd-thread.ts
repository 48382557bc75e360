import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { parentPort } from 'node:worker_threads';
import { runFirst } from '../../../engine/foundation/index.ts';
import { decodePcmu, encodePcmu, parseRtp } from '../../../engine/media/index.ts';
import { isVoiced } from '../../caller/loudness.ts';
import { CallRefused, type EstablishedCall, placeCall } from '../../caller/sip-client.ts';
import {
  type Cadence,
  type CrowdAnswer,
  crowdNumber,
  type FromCrowd,
  type ToCrowd,
} from './crowd-messages.ts';

const port = parentPort;
if (port === null) throw new Error('crowd-thread.ts runs as a worker thread');
// Arrival times are what is measured: they must not tell of this thread waiting for a core, where the system allows that.
runFirst();

const host = '127.0.0.1';
const frameMs = 20;
const frameSamples = 160;
/** Each caller listens, says something, and then no more for a long while: an agent who never understands hangs up. */
const [listenFrames, saidFrames, roundFrames] = [75, 30, 900];
const said = encodePcmu(
  Int16Array.from({ length: frameSamples }, (_, n) =>
    Math.round(6000 * Math.sin((2 * Math.PI * 600 * n) / 8000)),
  ),
);
const silence = encodePcmu(new Int16Array(frameSamples));
const tell = (message: FromCrowd): void => port.postMessage(message);

/** One caller with a socket for its audio. */
class Member {
  ended = false;
  voicedMs = 0;
  lost = 0;
  deviationsMs: number[] = [];
  readonly rtpPort: number;
  readonly #call: EstablishedCall;
  readonly #socket: Socket;
  /** They do not speak in one voice. */
  readonly #beginFrame: number;
  #frame = 0;
  #lastMs = 0;
  #highest: number | null = null;

  constructor(call: EstablishedCall, socket: Socket, options: { readonly lateFrames: number }) {
    this.#beginFrame = listenFrames + options.lateFrames;
    this.#call = call;
    this.#socket = socket;
    this.rtpPort = socket.address().port;
    socket.on('message', (octets) => this.#hear(octets));
    void call.ended.then(() => {
      this.ended = true;
    });
  }

  speak(): void {
    if (this.ended) return;
    const frame = this.#frame;
    this.#frame += 1;
    const speaks = frame >= this.#beginFrame && (frame - this.#beginFrame) % roundFrames < saidFrames;
    const packet = Buffer.alloc(12 + frameSamples);
    packet.writeUInt16BE(0x8000, 0);
    packet.writeUInt16BE(frame & 0xffff, 2);
    packet.writeUInt32BE((frame * frameSamples) >>> 0, 4);
    packet.writeUInt32BE(1, 8);
    packet.set(speaks ? said : silence, 12);
    this.#socket.send(packet, this.#call.audio.port, host);
  }

  /** What was counted before. */
  forget(): void {
    this.lost = 0;
    this.deviationsMs = [];
  }

  async hangUp(): Promise<void> {
    if (!this.ended) await this.#call.hangUp();
    this.ended = true;
    this.#socket.close();
  }

  #hear(octets: Buffer): void {
    const nowMs = performance.now();
    const packet = parseRtp(octets);
    if (packet?.payloadType !== 0) return;
    if (isVoiced(decodePcmu(packet.payload))) this.voicedMs += frameMs;
    const step = this.#highest === null ? 1 : ((packet.sequence - this.#highest) << 16) >> 16;
    if (isCounting) {
      if (this.#lastMs > 0) this.deviationsMs.push(Math.abs(nowMs - this.#lastMs - frameMs));
      // One that was overtaken is not lost.
      this.lost += step > 0 ? step - 1 : -1;
    }
    if (step > 0) this.#highest = packet.sequence;
    this.#lastMs = nowMs;
  }
}

const members = new Map<number, Member>();
let isCounting = false;
let callers = 0;

async function ring(target: string): Promise<CrowdAnswer> {
  callers += 1;
  const call = callers;
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
  socket.bind(0, host);
  await once(socket, 'listening');
  const from = crowdNumber(call);
  try {
    const rtpPort = socket.address().port;
    const established = await placeCall({ target, from, rtpPort, payloadTypes: [0], timeoutMs: 20_000 });
    members.set(call, new Member(established, socket, { lateFrames: (call * 7) % 50 }));
    return { call, status: 200, retryAfterS: null };
  } catch (error) {
    socket.close();
    if (!(error instanceof CallRefused)) throw error;
    return { call, status: error.status, retryAfterS: error.retryAfterS };
  }
}

const cadenceOf = (call: number, member: Member): Cadence => ({
  ...{ call, ended: member.ended, voicedMs: member.voicedMs, lost: member.lost, rtpPort: member.rtpPort },
  deviationsMs: Float64Array.from(member.deviationsMs),
});

const beganMs = performance.now();
let frame = 0;
function tick(): void {
  for (const member of members.values()) member.speak();
  frame += 1;
  setTimeout(tick, Math.max(0, beganMs + frame * frameMs - performance.now()));
}
tick();

port.on('message', async (message: ToCrowd) => {
  switch (message.kind) {
    case 'ring':
      tell({ kind: 'rung', order: message.order, answers: await Promise.all(message.targets.map(ring)) });
      return;
    case 'hang-up':
      await Promise.all(message.calls.map((call) => members.get(call)?.hangUp()));
      for (const call of message.calls) members.delete(call);
      tell({ kind: 'done', order: message.order });
      return;
    case 'count':
      isCounting = message.on;
      if (isCounting) for (const member of members.values()) member.forget();
      return;
    case 'report': {
      const cadences = [...members].map(([call, member]) => cadenceOf(call, member));
      tell({ kind: 'reported', order: message.order, cadences });
      return;
    }
  }
});
