import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import fastifyWebsocket from '@fastify/websocket';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { z } from 'zod';
import { type Log, systemClock, systemIds, VoxboxError } from '../foundation/index.ts';
import type { Box } from '../store/index.ts';
import { type Answers, createAnswers } from './answers.ts';
import { type CallActions, serveCalls } from './call-routes.ts';
import {
  type BoxStatus,
  feedPath,
  healthPath,
  type LineStatus,
  type MethodName,
  methods,
} from './contract/index.ts';
import { createDesk, type DeskParts, serveDesk } from './desk.ts';
import { checked, errorAnswer } from './faults.ts';
import { createFeed, type Feed } from './feed.ts';
import { guard, isLoopbackName } from './guard.ts';
import { type BoxHealth, statusOf } from './health.ts';
import { type LineTestParts, serveLineTests } from './line.ts';
import { serveLines } from './line-routes.ts';
import { type DefenceView, serveLineStatus } from './line-status.ts';
import { createLines } from './lines.ts';
import type { LiveCalls } from './live.ts';
import { servePage } from './page.ts';
import { type ProviderParts, serveProviders } from './providers.ts';
import { sendRecording } from './recording.ts';
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
  readonly controls?: (callId: string) => CallActions | null;
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
  /** Models cannot be changed where it is absent. */
  readonly useModel?: (id: string) => Promise<BoxStatus['models']>;
  /** Build of the page; the product's own when absent. */
  readonly pageDir?: string;
}

export interface Api {
  readonly port: number;
  /** Idempotent. */
  stop(): Promise<void>;
}

const largestBodyBytes = 256 * 1024;

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
    log.warn({ host }, 'the API is reachable from other machines and asks for no password');
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
  await app.register(fastifyWebsocket, { options: { maxPayload: 1024 } });
  app.addHook('onRequest', async (request, reply) => {
    protect(reply);
    const { host, origin, upgrade } = request.headers;
    guard({ method: request.method, host, origin, upgrade: upgrade !== undefined }, { loopback });
  });
  app.setErrorHandler((error, _request, reply) => {
    const { status: code, body, expected } = errorAnswer(error);
    if (!expected) log.error({ error }, 'a request failed');
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
  const { controls = () => null, lines = () => [], defence = null, lineTests, voices } = options;
  const { nowMs } = systemClock;
  const { embed = withoutModels, dataDir } = options;
  const sipPort = (): number | null => Number(options.health().sipAddress?.split(':').at(-1)) || null;
  const serve = methodServer(app);
  serveMethods(serve, createAnswers(box), { status, dataDir });
  serveCalls(serve, { controls, live, log });
  serveLines(serve, createLines({ box, nowMs, sipPort }));
  serveLineStatus(serve, { box, nowMs, lines, defence });
  if (lineTests) serveLineTests(serve, lineTests);
  const { useModel } = options;
  if (useModel) serve('model.use', async ({ id }) => ({ models: await useModel(id) }));
  serveProviders(serve, { ...options.providers, box, nowMs });
  if (voices) serveVoices(serve, { ...voices, box, log });
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());
  const desk = { box, dataDir, embed, clock: systemClock, ids: systemIds, signal: closing.signal };
  serveDesk(serve, createDesk({ ...desk, onProgress: feed.tell }));
  app.get(feedPath, { websocket: true }, (socket) => feed.join(socket));
  servePage(app, pageDir);
  return { app, feed };
}

const withoutModels: DeskParts['embed'] = () =>
  Promise.reject(new VoxboxError('inference_unavailable', 'the models are not there'));

export type Answer<M extends MethodName> = (typeof methods)[M] extends { answer: infer A extends z.ZodType }
  ? z.input<A>
  : FastifyReply;
type Body<M extends MethodName> = (typeof methods)[M] extends { body: infer B extends z.ZodType }
  ? z.output<B>
  : undefined;

export interface Asked<M extends MethodName> {
  readonly query: z.output<(typeof methods)[M]['query']>;
  readonly body: Body<M>;
  /** The body of a method with `upload`; empty for all others. */
  readonly file: Buffer;
  /** The `:id` of the path; empty where it has none. */
  readonly id: string;
  readonly reply: FastifyReply;
}

/** Takes the handler of one method. */
export type Serve = <M extends MethodName>(
  name: M,
  handle: (asked: Asked<M>) => Answer<M> | Promise<Answer<M>>,
) => void;

function methodServer(app: FastifyInstance): Serve {
  const fileTypes = Object.values(methods).flatMap((method) =>
    'upload' in method ? method.upload.types : [],
  );
  app.addContentTypeParser(
    [...new Set<string>(fileTypes)],
    { parseAs: 'buffer' },
    async (_: unknown, file: Buffer) => file,
  );
  return (name, handle) => {
    const method: {
      verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
      path: string;
      query: z.ZodType;
      body?: z.ZodType;
      upload?: { readonly maxBytes: number };
    } = methods[name];
    type Given = Parameters<typeof handle>[0];
    app.route({
      method: method.verb,
      url: method.path,
      ...(method.upload ? { bodyLimit: method.upload.maxBytes } : {}),
      handler: async (request: FastifyRequest<{ Params: { id?: string } }>, reply) => {
        const query = checked(method.query, request.query) as Given['query'];
        const body = (method.body ? checked(method.body, request.body) : undefined) as Given['body'];
        const file = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        return handle({ query, body, file, id: request.params.id ?? '', reply });
      },
    });
  };
}

function serveMethods(
  serve: Serve,
  answers: Answers,
  { status, dataDir }: { status: () => ReturnType<typeof statusOf>; dataDir: string },
): void {
  serve('tenant.list', () => ({ tenants: answers.tenants() }));
  serve('tenant.create', ({ body, reply }) => {
    const tenant = answers.createTenant(body);
    reply.code(201);
    return { tenant };
  });
  serve('tenant.change', ({ id, body }) => ({ tenant: answers.changeTenant(id, body) }));
  serve('call.list', ({ query }) => ({ calls: answers.calls(query) }));
  serve('call.read', ({ id }) => answers.call(id));
  serve('call.recording', ({ id, reply }) => sendRecording(reply, { dataDir, path: answers.recording(id) }));
  serve('appointment.list', ({ query }) => ({ appointments: answers.appointments(query) }));
  serve('box.status', () => status());
}

/** The page brings everything it needs; nothing else may run in it, frame it or read it. */
function protect(reply: FastifyReply): void {
  reply.headers({
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
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
