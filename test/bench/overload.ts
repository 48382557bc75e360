/**
 * Half as many calls again as there is room for: what the ones too many get, and whether the admitted ones
 * keep their cadence meanwhile.
 * Run: node test/bench/overload.ts [--calls 60] [--seconds 8]
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parseRtp } from '../../engine/media/index.ts';
import { CallRefused, type EstablishedCall, placeCall } from '../caller/sip-client.ts';
import { startEchoBox } from '../interop/peers/echo-box.ts';
import type { Bench } from './figure.ts';

const host = '127.0.0.1';
const frameMs = 20;

export interface OverloadResult {
  readonly room: number;
  readonly offered: number;
  readonly admitted: number;
  /** Status of those that were too many. */
  readonly refused: readonly number[];
  /** Of |gap − 20 ms| between packets of the admitted calls, while the others are turned away. */
  readonly gapP99Ms: number;
  readonly lost: number;
}

export async function measureOverload(room: number, seconds: number): Promise<OverloadResult> {
  const box = fork(import.meta.filename, ['--role', 'box', '--calls', String(room)]);
  try {
    const [port] = (await once(box, 'message')) as [number];
    prioritise(constants.priority.PRIORITY_HIGHEST);
    return await runCallers({ port, room, seconds });
  } finally {
    prioritise(constants.priority.PRIORITY_NORMAL);
    await ended(box);
  }
}

/** Whoever measures must not measure its own waiting for a core. */
function prioritise(priority: number): void {
  try {
    setPriority(priority);
  } catch {
    // Only root may; elsewhere the figures include that waiting.
  }
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill();
  await exit;
}

/** Room is what the port pool has: two ports a call. */
async function runBox(room: number): Promise<void> {
  const portMin = 24_000;
  const box = await startEchoBox({
    portMin,
    portMax: portMin + room * 2 - 1,
    codecs: ['PCMU'],
    thread: true,
  });
  process.send?.(box.sip.port);
}

class Cadence {
  readonly deviationsMs: number[] = [];
  lost = 0;
  counting = false;

  follow(socket: Socket): void {
    let lastMs = 0;
    let highest: number | null = null;
    socket.on('message', (octets) => {
      const packet = parseRtp(octets);
      if (!packet) return;
      const nowMs = performance.now();
      if (this.counting && lastMs > 0) this.deviationsMs.push(Math.abs(nowMs - lastMs - frameMs));
      const step = highest === null ? 1 : ((packet.sequence - highest) << 16) >> 16;
      // One that was overtaken is not lost.
      if (this.counting) this.lost += step - 1 > 0 ? step - 1 : step < 0 ? -1 : 0;
      if (step > 0) highest = packet.sequence;
      lastMs = nowMs;
    });
  }
}

interface Asked {
  readonly port: number;
  readonly room: number;
  readonly seconds: number;
}

async function runCallers({ port, room, seconds }: Asked): Promise<OverloadResult> {
  const cadence = new Cadence();
  const calls: { readonly call: EstablishedCall; readonly socket: Socket }[] = [];
  const refused: number[] = [];
  const dial = async (): Promise<void> => {
    const socket = createSocket('udp4');
    socket.bind(0, host);
    await once(socket, 'listening');
    const target = `sip:echo@${host}:${port}`;
    try {
      const call = await placeCall({
        target,
        from: 'crowd',
        rtpPort: socket.address().port,
        payloadTypes: [0],
      });
      cadence.follow(socket);
      calls.push({ call, socket });
    } catch (error) {
      socket.close();
      if (!(error instanceof CallRefused)) throw error;
      refused.push(error.status);
    }
  };
  for (let n = 0; n < room; n += 1) await dial();
  let speaking = true;
  const speak = async (): Promise<void> => {
    const beganMs = performance.now();
    for (let n = 0; speaking; n += 1) {
      for (const { call, socket } of calls) socket.send(packetOf(n), call.audio.port, host);
      await sleep(Math.max(0, beganMs + (n + 1) * frameMs - performance.now()));
    }
  };
  const spoken = speak();
  await sleep(1000);
  cadence.counting = true;
  // The others come evenly over the time.
  const excess = Math.round(room / 2);
  for (let n = 0; n < excess; n += 1) {
    await dial();
    await sleep((seconds * 1000) / excess);
  }
  cadence.counting = false;
  speaking = false;
  await spoken;
  for (const { call, socket } of calls) {
    await call.hangUp();
    socket.close();
  }
  const sorted = cadence.deviationsMs.toSorted((a, b) => a - b);
  const gapP99Ms = sorted[Math.floor((sorted.length - 1) * 0.99)] ?? Number.NaN;
  return { room, offered: room + excess, admitted: calls.length, refused, gapP99Ms, lost: Math.max(0, cadence.lost) };
}

function packetOf(n: number): Buffer {
  const packet = Buffer.alloc(172, 0x55);
  packet.writeUInt16BE(0x8000, 0);
  packet.writeUInt16BE(n & 0xffff, 2);
  packet.writeUInt32BE(n * 160, 4);
  packet.writeUInt32BE(1, 8);
  return packet;
}

/** The same as figures of the bench's table. */
export const overload: Bench = async ({ quick, tell }) => {
  const room = 60;
  tell(`Room for ${room} calls, ${room * 1.5} offered`);
  const { offered, admitted, refused, gapP99Ms, lost } = await measureOverload(room, quick ? 3 : 8);
  const statuses = [...new Set(refused)].join(', ');
  const note = `${offered} offered, ${admitted} admitted, ${refused.length} turned away with ${statuses}`;
  return [
    {
      name: 'calls too many that got no policy',
      value: offered - admitted - refused.length,
      unit: 'calls',
      limit: 0,
      note,
    },
    { name: 'RTP gap off 20 ms p99 at 150 %', value: gapP99Ms, unit: 'ms', limit: 3, note },
    { name: 'RTP packets lost at 150 %', value: lost, unit: 'packets', limit: 0, note },
  ];
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      role: { type: 'string' },
      calls: { type: 'string', default: '60' },
      seconds: { type: 'string', default: '8' },
    },
  });
  if (values.role === 'box') return runBox(Number(values.calls));
  const result = await measureOverload(Number(values.calls), Number(values.seconds));
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

if (process.argv[1] === import.meta.filename) await main();
