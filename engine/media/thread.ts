/**
 * The media thread: every leg's sockets and the 20 ms timetable, apart from the thread that runs agents,
 * so that neither its garbage collection nor its work makes a packet late.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type Clock, createLog, runFirst, toErrorShape } from '../foundation/index.ts';
import type { Bridge, LegEvents, MediaLeg } from './model.ts';
import { createMedia } from './room.ts';
import type { FromThread, LegEvent, LegPicture, ThreadInit, ToThread } from './thread-messages.ts';

const port = parentPort;
if (port === null) throw new Error('the media thread is started by createMediaThread');
const init = workerData as ThreadInit;
const log = createLog(init.log);
/** What was told since the last post: all legs' frames of a slot go in one, a post being dearer than a frame. */
let told: FromThread[] = [];
function tell(message: FromThread): void {
  if (told.length === 0) queueMicrotask(post);
  told.push(message);
}
function post(): void {
  const messages = gathered(told);
  told = [];
  port?.postMessage(messages.told, messages.memory);
}

/**
 * The frames of all legs in one piece of memory, which goes over as it is: they are parts of larger pieces, and those
 * would be copied whole.
 */
function gathered(messages: readonly FromThread[]): { told: readonly FromThread[]; memory: ArrayBuffer[] } {
  const length = messages.reduce((sum, message) => sum + (audioOf(message)?.args[0].length ?? 0), 0);
  if (length === 0) return { told: messages, memory: [] };
  const memory = new Int16Array(length);
  let end = 0;
  const told = messages.map((message) => {
    const audio = audioOf(message);
    if (!audio) return message;
    const [frame, rateHz] = audio.args;
    memory.set(frame, end);
    end += frame.length;
    const moved = memory.subarray(end - frame.length, end);
    return { ...message, event: { name: audio.name, args: [moved, rateHz] } } as FromThread;
  });
  return { told, memory: [memory.buffer] };
}

const audioOf = (message: FromThread) =>
  message.kind === 'event' && (message.event.name === 'audio' || message.event.name === 'sound')
    ? message.event
    : null;

/**
 * Young garbage is collected in pauses of the timetable: when the collector chooses the time itself it holds up one
 * packet or another by some milliseconds, and by much more when its own threads wait for a core. Whoever starts the
 * process gives it `--expose-gc`: V8 may crash when the flag is set later.
 */
const { gc } = globalThis;
const collect = gc && (() => void gc({ type: 'minor', execution: 'sync' }));

// Most buffers are frames and packets: a few hundred of them come from one piece of the pool.
Buffer.poolSize = 64 * 1024;

log.info({ priority: runFirst() }, 'the media thread runs');

const shiftMs = performance.timeOrigin - init.timeOriginMs;
const clock: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() + shiftMs };
const { host, portMin, portMax } = init;
const media = createMedia({ host, portMin, portMax, log, clock, onPause: collect });
const legs = new Map<number, MediaLeg>();
const bridges = new Map<number, Bridge>();
let lastLeg = 0;

const pictureOf = (leg: MediaLeg): LegPicture => ({ times: leg.times(), statistics: leg.statistics() });

async function open(id: number): Promise<void> {
  const leg = await media.openLeg();
  lastLeg += 1;
  const number = lastLeg;
  legs.set(number, leg);
  const pass = <E extends keyof LegEvents>(name: E): void =>
    leg.on(name, (...args) => {
      tell({ kind: 'event', leg: number, event: { name, args } as LegEvent, picture: pictureOf(leg) });
    });
  for (const name of ['audio', 'dtmf', 'played', 'silent', 'sound'] as const) pass(name);
  tell({ kind: 'opened', id, leg: number, port: leg.port, picture: pictureOf(leg) });
}

async function close(number: number): Promise<void> {
  const leg = legs.get(number);
  if (!leg) return;
  await leg.stop();
  legs.delete(number);
  tell({ kind: 'closed', leg: number, picture: pictureOf(leg) });
}

async function obey(order: ToThread): Promise<void> {
  if (order.kind === 'open') return open(order.id);
  if (order.kind === 'stop') {
    await Promise.all([...legs.keys()].map(close));
    await media.stop();
    return tell({ kind: 'done', id: order.id });
  }
  if (order.kind === 'stop-leg') {
    await close(order.leg);
    return tell({ kind: 'done', id: order.id });
  }
  if (order.kind === 'bridge-open') return void bridges.set(order.bridge, media.bridge());
  if (order.kind === 'bridge-close') {
    bridges.get(order.bridge)?.close();
    return void bridges.delete(order.bridge);
  }
  const leg = legs.get(order.leg);
  if (leg) tellLeg(leg, order);
}

type LegOrder = Exclude<Extract<ToThread, { readonly leg: number }>, { readonly kind: 'stop-leg' }>;

function tellLeg(leg: MediaLeg, order: LegOrder): void {
  if (order.kind === 'start') leg.start(order.options);
  else if (order.kind === 'play') leg.play(order.stretch);
  else if (order.kind === 'finish') leg.finish(order.stretch);
  else if (order.kind === 'clear') leg.clear();
  else if (order.kind === 'dtmf') leg.sendDtmf(order.keys);
  else if (order.kind === 'feed') leg.feed(order.way, order.samples, order.sampleRateHz);
  else if (order.kind === 'turn') leg[order.what](order.on);
  else if (order.kind === 'bridge-add') bridges.get(order.bridge)?.add(leg, { agent: order.agent });
  else bridges.get(order.bridge)?.remove(leg);
}

port.on('message', (order: ToThread) => {
  obey(order).catch((error: unknown) => {
    if ('id' in order) tell({ kind: 'failed', id: order.id, error: toErrorShape(error, 'input_invalid') });
    else log.error({ err: error, order: order.kind }, 'the media thread could not do as it was told');
  });
});
