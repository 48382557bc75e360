/**
 * Sends broken packets to the line and prints what became of it, as JSON: arguments are the number of packets
 * and the seeds, which share them equally. To be run with --expose-gc in a network of its own.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { placeCall } from '../../caller/sip-client.ts';
import { type EchoBox, startEchoBox } from '../peers/echo-box.ts';
import { mediaCorpus, offer, request, sipCorpus } from './fuzz-corpus.ts';
import { mutate, seededRandom } from './mutation.ts';

export interface FuzzReport {
  readonly packets: Readonly<Record<string, number>>;
  /** Of the JavaScript heap after a collection: before, and after each third. */
  readonly heapMb: readonly number[];
  readonly longestStallMs: number;
  readonly cleanCall: { readonly answered: boolean; readonly echoedPackets: number };
  /** Legs that were not given back although their calls are over. */
  readonly legsLeft: number;
  readonly unhandled: readonly string[];
}

const host = '127.0.0.1';
/** Short enough that what nobody acknowledges is over soon: 64·T1 is 640 ms. */
const timers = { t1Ms: 10, t2Ms: 80, t4Ms: 100 };
const batch = 25;

const [total = 50_000, ...seeds] = process.argv.slice(2).map(Number);
const unhandled: string[] = [];
process.on('uncaughtException', (error) => unhandled.push(String(error.stack)));
process.on('unhandledRejection', (error) => unhandled.push(`rejection: ${String(error)}`));

const counts = { sipOverUdp: 0, sipOverTcp: 0, sdpInInvites: 0, media: 0 };

/** Lets the box take in what was sent before more is. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

class Sender {
  readonly #box: EchoBox;
  readonly #random: () => number;
  readonly #udp: Socket;
  readonly #legPorts: readonly number[];
  readonly #udpCorpus: readonly Buffer[];
  readonly #tcpCorpus: readonly Buffer[];
  readonly #media = mediaCorpus();
  readonly #offers = [Buffer.from(offer(6000)), Buffer.from(offer(6002).replace('RTP/SAVP', 'RTP/AVP'))];
  #stream: ReturnType<typeof connect> | null = null;
  #calls = 0;

  constructor(parts: { box: EchoBox; random: () => number; udp: Socket; legPorts: readonly number[] }) {
    this.#box = parts.box;
    this.#random = parts.random;
    this.#udp = parts.udp;
    this.#legPorts = parts.legPorts;
    this.#udpCorpus = sipCorpus(parts.box.sip.port, 'UDP');
    this.#tcpCorpus = sipCorpus(parts.box.sip.port, 'TCP');
  }

  async send(packets: number): Promise<void> {
    for (let sent = 0; sent < packets; sent += batch) {
      for (let n = 0; n < batch; n += 1) await this.#one();
      await breathe();
    }
  }

  async #one(): Promise<void> {
    const chance = this.#random();
    if (chance < 0.4) {
      this.#udp.send(mutate(this.#random, this.#udpCorpus), this.#box.sip.port, host);
      counts.sipOverUdp += 1;
    } else if (chance < 0.55) {
      await this.#overTcp(mutate(this.#random, this.#tcpCorpus));
      counts.sipOverTcp += 1;
    } else if (chance < 0.7) this.#invite();
    else {
      const leg = this.#legPorts[Math.floor(this.#random() * this.#legPorts.length)] ?? 0;
      // RTCP goes to the port above.
      this.#udp.send(mutate(this.#random, this.#media), leg + (this.#random() < 0.4 ? 1 : 0), host);
      counts.media += 1;
    }
  }

  /** A whole INVITE around a broken description, acknowledged and hung up at once where it is taken. */
  #invite(): void {
    this.#calls += 1;
    counts.sdpInInvites += 1;
    const body = mutate(this.#random, this.#offers).toString('latin1');
    const id = `sdp${this.#calls}x${Math.floor(this.#random() * 1e9)}`;
    const octets = request({ method: 'INVITE', id, port: this.#box.sip.port, transport: 'UDP', body });
    this.#udp.send(octets, this.#box.sip.port, host);
  }

  async #overTcp(octets: Buffer): Promise<void> {
    if (!this.#stream?.writable) {
      const stream = connect({ host, port: this.#box.sip.port });
      stream.on('error', () => {});
      stream.resume();
      await Promise.race([once(stream, 'connect').catch(() => {}), sleep(1000)]);
      this.#stream = stream;
    }
    this.#stream.write(octets);
    // A broken message leaves its stream behind: begin anew now and then.
    if (this.#random() < 0.2) {
      this.#stream.end();
      this.#stream = null;
    }
  }

  close(): void {
    this.#stream?.destroy();
  }
}

/** Answers what the box sends, so that its calls end: ACK for a 200, 200 for a BYE. */
function answerBox(udp: Socket): void {
  udp.on('message', (datagram, source) => {
    const text = datagram.toString('latin1');
    if (!text.startsWith('BYE ')) return;
    const lines = text.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
    const answer = `SIP/2.0 200 OK\r\n${lines.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`;
    udp.send(answer, source.port, source.address);
  });
  udp.on('error', () => {});
}

async function settledHeapMb(): Promise<number> {
  // Whatever waits for an ACK or an answer gives up in this time.
  await sleep(1800);
  for (let n = 0; n < 3; n += 1) {
    globalThis.gc?.();
    await sleep(20);
  }
  return process.memoryUsage().heapUsed / 1e6;
}

/** Calls, speaks for a second, and counts what comes back. */
async function cleanCall(port: number): Promise<FuzzReport['cleanCall']> {
  const rtp = createSocket('udp4');
  rtp.bind(0, host);
  await once(rtp, 'listening');
  let echoedPackets = 0;
  rtp.on('message', () => {
    echoedPackets += 1;
  });
  try {
    const call = await placeCall({
      target: `sip:echo@${host}:${port}`,
      ...{ from: 'clean', rtpPort: rtp.address().port, timeoutMs: 5000 },
    });
    for (let n = 0; n < 50; n += 1) {
      const packet = Buffer.alloc(172, 0x55);
      packet.writeUInt16BE(0x8000, 0);
      packet.writeUInt16BE(n, 2);
      packet.writeUInt32BE(n * 160, 4);
      rtp.send(packet, call.audio.port, host);
      await sleep(20);
    }
    await call.hangUp();
    return { answered: true, echoedPackets };
  } catch {
    return { answered: false, echoedPackets };
  } finally {
    rtp.close();
  }
}

async function main(): Promise<FuzzReport> {
  const box = await startEchoBox({ portMin: 40_000, portMax: 41_999, timers, forget: true });
  const udp = createSocket('udp4');
  udp.bind(5099, host);
  await once(udp, 'listening');
  answerBox(udp);
  const keys = Array.from({ length: 2 }, (_, n) => ({
    suite: 'AES_CM_128_HMAC_SHA1_80' as const,
    keySalt: Uint8Array.from({ length: 30 }, (__, octet) => (octet * 7 + n) & 0xff),
  }));
  const [send, receive] = keys;
  const legs = await Promise.all([box.media.openLeg(), box.media.openLeg(), box.media.openLeg()]);
  const remote = { address: host, port: 5098 };
  legs[0]?.start({ remote, codec: 'PCMU', payloadType: 0, dtmfPayloadType: 101 });
  legs[1]?.start({ remote, codec: 'opus', payloadType: 96 });
  if (send && receive) legs[2]?.start({ remote, codec: 'PCMA', payloadType: 8, srtp: { send, receive } });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const heapMb = [await settledHeapMb()];
  const thirds = 3;
  const legPorts = legs.map((leg) => leg.port);
  for (let third = 0; third < thirds; third += 1) {
    for (const seed of seeds) {
      const sender = new Sender({ box, random: seededRandom(seed + third), udp, legPorts });
      await sender.send(Math.ceil(total / thirds / seeds.length));
      sender.close();
    }
    heapMb.push(await settledHeapMb());
  }
  delay.disable();
  const call = await cleanCall(box.sip.port);
  const legsLeft = box.openLegs();
  await Promise.all(legs.map((leg) => leg.stop()));
  return { packets: counts, heapMb, longestStallMs: delay.max / 1e6, cleanCall: call, legsLeft, unhandled };
}

const report = await main();
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
