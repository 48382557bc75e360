/**
 * The media thread: every leg's sockets and the 20 ms timetable, apart from the thread that runs agents,
 * so that neither its garbage collection nor its work makes a packet late.
 */
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { type Clock, createLog, toErrorShape } from '../foundation/index.ts';
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
  const messages = told;
  told = [];
  port?.postMessage(messages);
}

try {
  // On Linux this is the thread's own priority; elsewhere, and where it is not allowed, nothing is lost.
  setPriority(constants.priority.PRIORITY_HIGH);
} catch {
  log.debug('the system does not let packets go before other work');
}

const shiftMs = performance.timeOrigin - init.timeOriginMs;
const clock: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() + shiftMs };
const { host, portMin, portMax } = init;
const media = createMedia({ host, portMin, portMax, log, clock });
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
  for (const name of ['audio', 'dtmf', 'played', 'silent'] as const) pass(name);
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
