/**
 * The media thread: every leg's sockets and the 20 ms timetable, apart from the thread that runs agents,
 * so that neither its garbage collection nor its work makes a packet late.
 */
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { type Clock, createLog, toErrorShape } from '../foundation/index.ts';
import type { LegEvents, MediaLeg } from './model.ts';
import { createMedia } from './room.ts';
import type { FromThread, LegEvent, LegPicture, ThreadInit, ToThread } from './thread-messages.ts';

const port = parentPort;
if (port === null) throw new Error('the media thread is started by createMediaThread');
const init = workerData as ThreadInit;
const log = createLog(init.log);
const tell = (message: FromThread): void => port.postMessage(message);

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
  const leg = legs.get(order.leg);
  if (order.kind === 'start') leg?.start(order.options);
  else if (order.kind === 'play') leg?.play(order.stretch);
  else if (order.kind === 'finish') leg?.finish(order.stretch);
  else if (order.kind === 'clear') leg?.clear();
  else leg?.sendDtmf(order.keys);
}

port.on('message', (order: ToThread) => {
  obey(order).catch((error: unknown) => {
    if ('id' in order) tell({ kind: 'failed', id: order.id, error: toErrorShape(error, 'input_invalid') });
    else log.error({ err: error, order: order.kind }, 'the media thread could not do as it was told');
  });
});
