import { createSocket } from 'node:dgram';
import { parentPort } from 'node:worker_threads';
import { runFirst } from '../../engine/foundation/index.ts';
import {
  decodePcma,
  decodePcmu,
  encodePcma,
  encodePcmu,
  parseRtp,
  writeRtp,
} from '../../engine/media/index.ts';
import { isVoiced } from './loudness.ts';
import type { FromThread, ToThread } from './rtp-messages.ts';
import { writeWav } from './wav-file.ts';

/** The thread of one call's RTP: a strict 20 ms timetable out, exact arrival times in. */
const frameSamples = 160;
const frameMs = 20;
/** Packets of one key: nine of it, three with the end bit (RFC 4733 §2.5.1.4). */
const keyPackets = 12;

const port = parentPort;
if (port === null) throw new Error('rtp-thread.ts runs as a worker thread');
// Arrival times are what is measured: they must not tell of this thread waiting for a core, where the system allows that.
runFirst();
const post = (message: FromThread): void => port.postMessage(message);
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
const ssrc = Math.floor(Math.random() * 0xffffffff);
const queue: { id: number; samples: Int16Array; at: number; lastVoicedMs: number | null }[] = [];
const keys: { code: number; sent: number; timestamp: number }[] = [];
const heardSamples: Int16Array[] = [];
const gapsMs: number[] = [];
let remote: Extract<ToThread, { kind: 'start' }> | null = null;
let recordingPath: string | null = null;
let sequence = Math.floor(Math.random() * 0xffff);
let timestamp = Math.floor(Math.random() * 0xffffffff);
let startedMs = 0;
let ticks = 0;
let timer: NodeJS.Timeout | undefined;
let worstSendDelayMs = 0;
let packetsReceived = 0;
let firstSequence: number | null = null;
let highestSequence = 0;
let firstPacketMs: number | null = null;
let firstVoicedMs: number | null = null;
let lastPacketMs = 0;
let stopped = false;

socket.on('message', (datagram) => {
  const atMs = nowMs();
  const packet = parseRtp(datagram);
  if (packet === null || (packet.payloadType !== 0 && packet.payloadType !== 8)) return;
  if (packetsReceived > 0) gapsMs.push(atMs - lastPacketMs);
  lastPacketMs = atMs;
  packetsReceived += 1;
  firstPacketMs ??= atMs;
  firstSequence ??= packet.sequence;
  const ahead = (packet.sequence - (highestSequence & 0xffff) + 0x10000) & 0xffff;
  highestSequence = packetsReceived === 1 ? packet.sequence : highestSequence + (ahead < 0x8000 ? ahead : 0);
  const samples = (packet.payloadType === 0 ? decodePcmu : decodePcma)(packet.payload);
  const voiced = isVoiced(samples);
  if (voiced) firstVoicedMs ??= atMs;
  if (recordingPath !== null) heardSamples.push(samples);
  post({ kind: 'heard', atMs, voiced, samples });
});

function send(payload: Uint8Array, payloadType: number, marker: boolean, at: number): void {
  if (remote === null) return;
  const packet = writeRtp({
    payloadType,
    marker,
    sequence,
    timestamp: at,
    ssrc,
    csrcs: [],
    extension: null,
    payload,
  });
  sequence = (sequence + 1) & 0xffff;
  socket.send(packet, remote.port, remote.address);
}

/** One packet each 20 ms: a key's event, words, or silence, as a telephone does. */
function tick(): void {
  if (remote === null || stopped) return;
  const key = keys[0];
  if (key !== undefined && remote.dtmfPayloadType !== null) sendKey(key, remote.dtmfPayloadType);
  else sendFrame(remote.payloadType);
  timestamp = (timestamp + frameSamples) >>> 0;
  ticks += 1;
  plan();
}

function plan(): void {
  const dueMs = startedMs + ticks * frameMs;
  const waitMs = dueMs - nowMs();
  worstSendDelayMs = Math.max(worstSendDelayMs, -waitMs);
  timer = setTimeout(tick, Math.max(0, waitMs));
}

function sendFrame(payloadType: 0 | 8): void {
  const frame = new Int16Array(frameSamples);
  const words = queue[0];
  if (words !== undefined) {
    const part = words.samples.subarray(words.at, words.at + frameSamples);
    frame.set(part);
    words.at += frameSamples;
    if (isVoiced(frame)) words.lastVoicedMs = nowMs();
  }
  const marker = words !== undefined && words.at === frameSamples;
  send((payloadType === 0 ? encodePcmu : encodePcma)(frame), payloadType, marker, timestamp);
  if (words !== undefined && words.at >= words.samples.length) {
    queue.shift();
    post({ kind: 'said', id: words.id, lastVoicedMs: words.lastVoicedMs });
  }
}

function sendKey(key: { code: number; sent: number; timestamp: number }, payloadType: number): void {
  if (key.sent === 0) key.timestamp = timestamp;
  const durationSamples = Math.min(key.sent + 1, keyPackets - 3) * frameSamples;
  const end = key.sent >= keyPackets - 3;
  const payload = Buffer.alloc(4);
  payload.writeUInt8(key.code, 0);
  payload.writeUInt8((end ? 0x80 : 0) | 10, 1);
  payload.writeUInt16BE(durationSamples, 2);
  send(payload, payloadType, key.sent === 0, key.timestamp);
  key.sent += 1;
  if (key.sent === keyPackets) keys.shift();
}

function stop(): void {
  stopped = true;
  clearTimeout(timer);
  socket.close();
  if (recordingPath !== null) {
    const all = new Int16Array(heardSamples.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of heardSamples) {
      all.set(part, at);
      at += part.length;
    }
    writeWav(recordingPath, all, 8000);
  }
  const expected = firstSequence === null ? 0 : highestSequence - firstSequence + 1;
  post({
    kind: 'stopped',
    report: {
      packetsSent: ticks,
      packetsReceived,
      packetsLost: Math.max(0, expected - packetsReceived),
      firstPacketMs,
      firstVoicedMs,
      gapsMs: Float64Array.from(gapsMs),
      worstSendDelayMs,
    },
  });
}

port.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'bind':
      recordingPath = message.recordingPath;
      socket.bind(0, message.host, () => post({ kind: 'bound', port: socket.address().port }));
      break;
    case 'start':
      remote = message;
      startedMs = nowMs();
      plan();
      break;
    case 'say':
      queue.push({ id: message.id, samples: message.samples, at: 0, lastVoicedMs: null });
      break;
    case 'keys':
      for (const key of message.keys) {
        const code = '0123456789*#ABCD'.indexOf(key);
        if (code >= 0) keys.push({ code, sent: 0, timestamp: 0 });
      }
      break;
    case 'stop':
      stop();
      break;
  }
});
