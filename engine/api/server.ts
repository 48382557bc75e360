import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import fastifyWebsocket from '@fastify/websocket';
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify';
import type { CalendarSync } from '../calendar/index.ts';
import {
  type Clock,
  isVoxboxError,
  type Log,
  systemClock,
  systemIds,
  VoxboxError,
} from '../foundation/index.ts';
import type { Box } from '../store/index.ts';
import {
  createAccess,
  createAccounts,
  createPasswords,
  createWhoIs,
  type Passwords,
  type RequestAccess,
  serveAccess,
  type WhoIs,
} from './access/index.ts';
import { nameOf, serveAgent } from './agent-versions.ts';
import { type Answers, createAnswers } from './answers.ts';
import { serveBox } from './box.ts';
import { serveBusinesses } from './businesses.ts';
import { busyAnswer, serveCalendarLinks } from './calendar-links.ts';
import { type CallAudioParts, type CallSeat, serveCallAudio } from './call-audio.ts';
import { serveCallHistory } from './call-history.ts';
import { type CallActions, type CallPlacing, serveCalls } from './call-routes.ts';
import { type BoxStatus, feedAccess, feedPath, healthPath, type LineStatus } from './contract/index.ts';
import { createDesk, type DeskParts, serveDesk } from './desk.ts';
import { errorAnswer } from './faults.ts';
import { createFeed, type Feed } from './feed.ts';
import { guard, isLoopbackName } from './guard.ts';
import { type BoxHealth, statusOf } from './health.ts';
import { type LineTestParts, serveLineTests } from './line.ts';
import { serveLines } from './line-routes.ts';
import { type DefenceView, serveLineStatus } from './line-status.ts';
import { createLines } from './lines.ts';
import type { LiveCalls } from './live.ts';
import { Machine } from './machine.ts';
import { methodServer, type Serve, type ServeSocket, socketServer } from './method-server.ts';
import { type ModelParts, serveModels } from './models.ts';
import { serveNumbers } from './numbers.ts';
import { servePage } from './page.ts';
import { type ProviderParts, serveProviders } from './providers.ts';
import { createRehearsalBook, type RehearsalParts, serveRehearsals } from './rehearsals.ts';
import { serveVoices, type VoiceRouteParts } from './voice-routes.ts';

export interface ApiOptions {
  readonly host: string;
  /** 0 lets the system choose a free one. */
  readonly port: number;
  readonly box: Box;
  readonly live: LiveCalls;
  readonly health: () => BoxHealth;
  /** Recordings are given out from here only. */
  readonly dataDir: string;
  readonly log: Log;
  /** What can be done to a call; null for one that is not in progress, or not answered yet. */
  readonly controls?: (callId: string) => (CallActions & { readonly staff?: CallSeat }) | null;
  /** Nobody talks with an agent from the page where it is absent. */
  readonly startTalk?: CallAudioParts['startTalk'];
  /** No call is placed where it is absent. */
  readonly placing?: CallPlacing;
  /** How the trunks are, in failover order. */
  readonly lines?: () => readonly LineStatus[];
  readonly defence?: DefenceView;
  /** Lines cannot be tested where it is absent. */
  readonly lineTests?: LineTestParts;
  /** Providers are set up, but neither watched nor tested, where it is absent. */
  readonly providers?: ProviderParts;
  /** Voices cannot be listened to or changed where it is absent. */
  readonly voices?: VoiceRouteParts;
  /** Documents are neither read nor asked for where it is absent. */
  readonly embed?: DeskParts['embed'];
  /** Calendars elsewhere are not linked where it is absent. */
  readonly calendars?: CalendarSync;
  /** Models are neither listed nor fetched where it is absent. */
  readonly models?: Pick<ModelParts, 'modelsDir' | 'env'>;
  /** Nobody tries an agent out where it is absent: it is published with a reason alone. */
  readonly rehearsals?: RehearsalParts['rehearsals'];
  /** Models cannot be changed where it is absent. */
  readonly useModel?: (id: string) => Promise<BoxStatus['models']>;
  /** Lets the command line in; without it, it is not. */
  readonly localKey?: string;
  /** Who asks; sessions, tokens and that key say it when absent. */
  readonly whoIs?: WhoIs;
  /** Of sessions, links and limits; the system's when absent. */
  readonly clock?: Clock;
  /** The product's own when absent. */
  readonly passwords?: Passwords;
  /** Build of the page; the product's own when absent. */
  readonly pageDir?: string;
}

export interface Api {
  readonly port: number;
  /** Idempotent. */
  stop(): Promise<void>;
}

const largestBodyBytes = 256 * 1024;
/** Over a WebSocket: 100 ms of a voice, or a typed line. */
const largestMessageBytes = 12 * 1024;

/**
 * Serves the page, the API and the feed.
 *
 * @throws VoxboxError `port_in_use` naming the port, `config_invalid` for an address that is not this machine's
 */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { host, port, log } = options;
  const { app, feed } = await buildApi(options);
  try {
    await app.listen({ host, port });
  } catch (cause) {
    feed.stop();
    await app.close();
    throw listenFault(cause, host, port);
  }
  if (!isLoopbackName(host)) {
    log.warn({ host }, 'the API is reachable from other machines: browsers sign in over https only');
  }
  const address = app.server.address();
  let stopping: Promise<void> | null = null;
  return {
    port: typeof address === 'object' && address ? address.port : port,
    stop() {
      feed.stop();
      stopping ??= app.close();
      return stopping;
    },
  };
}

/** The server without its socket, for tests that inject requests. */
export async function buildApi(options: ApiOptions): Promise<{ app: FastifyInstance; feed: Feed }> {
  const { box, live, log } = options;
  const pageDir = options.pageDir ?? fileURLToPath(new URL('../../renderer/dist', import.meta.url));
  const app = fastify({ bodyLimit: largestBodyBytes, forceCloseConnections: true });
  const loopback = isLoopbackName(options.host);
  const status = () => statusOf(options.health(), live);
  const feed = createFeed({ box, live, status, log });

  await app.register(fastifyStatic, { serve: false });
  // Before the guard: its own hook lets go of the socket of an upgrade that is refused.
  await app.register(fastifyWebsocket, { options: { maxPayload: largestMessageBytes } });
  app.addHook('onRequest', async (request, reply) => {
    protect(reply);
    const { host, origin, upgrade } = request.headers;
    guard({ method: request.method, host, origin, upgrade: upgrade !== undefined }, { loopback });
  });
  app.setErrorHandler((error, _request, reply) => {
    const { status: code, body, expected } = errorAnswer(error);
    if (!expected) log.error({ error }, 'a request failed');
    const retryAfterS = isVoxboxError(error) ? error.details.retryAfterS : undefined;
    if (typeof retryAfterS === 'number') reply.header('retry-after', retryAfterS);
    if (code === 401) reply.header('www-authenticate', 'Bearer');
    return reply.code(code).send(body);
  });
  app.setNotFoundHandler((request) => {
    throw new VoxboxError('not_found', `there is nothing at ${request.method} ${request.url.split('?')[0]}`);
  });

  app.get(healthPath, (_request, reply) => {
    const { status, devices } = options.health();
    const inShort = devices?.map(({ kind, usedBytes, budgetBytes, speedClass }) => ({
      ...{ kind, usedBytes, budgetBytes, speedClass },
    }));
    return reply.code(status === 'starting' ? 503 : 200).send({ status, devices: inShort });
  });
  serveEverything(app, options, { status, feed });
  servePage(app, pageDir);
  return { app, feed };
}

/** Every method, and every socket. */
function serveEverything(
  app: FastifyInstance,
  options: ApiOptions,
  { status, feed }: { readonly status: () => BoxStatus; readonly feed: Feed },
): void {
  const { box, live, log } = options;
  const { controls = () => null, lines = () => [], defence = null, lineTests, voices, placing } = options;
  const { nowMs } = systemClock;
  const { embed = withoutModels, dataDir } = options;
  const sipPort = (): number | null => Number(options.health().sipAddress?.split(':').at(-1)) || null;
  const { clock = systemClock, passwords = createPasswords() } = options;
  const access = accessOf({ ...options, clock });
  const serve = methodServer(app, access);
  const serveSocket = socketServer(app, access);
  serveAccess(serve, {
    ...{ box, clock, gate: access.gate },
    accounts: createAccounts({ box, clock, passwords }),
  });
  serveMethods(serve, createAnswers(box), box);
  serveBusinesses(serve, { box, clock });
  serveNumbers(serve, { box });
  serveCalendarLinks(serve, { box, calendars: options.calendars, tell: feed.tell });
  serveCalls(serve, { controls, live, placing, log });
  const seat = (callId: string) => controls(callId)?.staff ?? null;
  const audio = { live, log, seat, startTalk: options.startTalk };
  serveCallAudio(serve, serveSocket, audio);
  serveCallHistory(serve, { box, dataDir, controls, placing, ladder: lineTests?.ladder });
  serveLines(serve, createLines({ box, nowMs, sipPort }));
  serveLineStatus(serve, { box, nowMs, lines, defence });
  if (lineTests) serveLineTests(serve, lineTests);
  const { useModel, models } = options;
  if (useModel) serve('model.use', async ({ id }) => ({ models: await useModel(id) }));
  serveProviders(serve, { ...options.providers, box, nowMs });
  if (voices) serveVoices(serve, { ...voices, box, log });
  const closing = new AbortController();
  const machine = new Machine(dataDir);
  app.addHook('preClose', async () => {
    closing.abort();
    machine.stop();
  });
  if (models) serveModels(serve, { ...models, status, tell: feed.tell, log, signal: closing.signal });
  serveBox(serve, { machine, status, lines, dataDir, modelsDir: models?.modelsDir ?? null, nowMs });
  const desk = { box, dataDir, embed, clock: systemClock, ids: systemIds, signal: closing.signal };
  serveDesk(serve, createDesk({ ...desk, onProgress: feed.tell }));
  const rehearsing = { box, rehearsals: options.rehearsals ?? null, onProgress: feed.tell };
  const book = createRehearsalBook(rehearsing);
  serveRehearsals(serve, { ...rehearsing, book });
  serveAgent(serve, { box, clock: systemClock, ids: systemIds, book });
  serveFeed(serveSocket, feed);
}

const withoutModels: DeskParts['embed'] = () =>
  Promise.reject(new VoxboxError('inference_unavailable', 'the models are not there'));

function accessOf({
  box,
  live,
  localKey,
  whoIs,
  clock,
}: Pick<ApiOptions, 'box' | 'live' | 'localKey' | 'whoIs'> & { readonly clock: Clock }): RequestAccess {
  const known = whoIs ?? createWhoIs({ box, clock, localKey: localKey ?? null });
  return createAccess({ box, live, clock, whoIs: known });
}

function serveFeed(serveSocket: ServeSocket, feed: Feed): void {
  serveSocket({ name: 'feed.read', path: feedPath, line: feedAccess }, ({ socket, request, who, still }) => {
    const after = new URL(request.url, 'http://localhost').searchParams.get('after');
    feed.join(socket, { who, still, ...(after === null ? {} : { after }) });
  });
}

function serveMethods(serve: Serve, answers: Answers, box: Box): void {
  serve('tenant.list', ({ tenants }) => ({ tenants: answers.tenants(tenants) }));
  serve('tenant.change', ({ id, who, body }) => ({ tenant: answers.changeTenant(id, body, nameOf(who)) }));
  serve('appointment.list', ({ query, tenants }) => ({
    appointments: answers.appointments({ ...query, tenants }),
    busy: query.caller || query.q ? [] : busyAnswer(box, { ...query, tenants }),
  }));
}

/** The page brings everything it needs; nothing else may run in it, frame it or read it. */
function protect(reply: FastifyReply): void {
  reply.headers({
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      // One inline style, by its hash: bits-ui lays `display: contents` around each entry of a list of commands.
      "style-src-attr 'unsafe-hashes' 'sha256-iaOezIDcQIoxCULa6FBKKuLUu09R7kG+Mlu+JVfU3Rw='",
      "img-src 'self'",
      "media-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
}

function listenFault(cause: unknown, host: string, port: number): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  if (code === 'EADDRINUSE') {
    return new VoxboxError('port_in_use', `port ${port} on ${host} is taken (HTTP)`, { cause });
  }
  if (code === 'EADDRNOTAVAIL' || code === 'EACCES' || code === 'ENOTFOUND') {
    return new VoxboxError('config_invalid', `httpHost, httpPort: cannot listen on ${host}:${port}`, {
      cause,
    });
  }
  return cause;
}
