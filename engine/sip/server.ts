import { randomBytes } from 'node:crypto';
import { type Clock, type Log, systemClock } from '../foundation/index.ts';
import { startControlServer } from './control-server.ts';
import { DialogStore } from './dialog/store.ts';
import type { Problem } from './message/model.ts';
import { parseMessage } from './message/parse.ts';
import { formatHost } from './message/uri.ts';
import { createSchedule, type SipTimers, standardTimers } from './transaction/schedule.ts';
import type { Flow } from './transport/flow.ts';
import type { LossCause } from './transport/framing.ts';
import type { Names } from './transport/names.ts';
import type { TlsTrust } from './transport/tls.ts';
import { openTransport } from './transport/transport.ts';
import type { Application, Applications } from './user-agent/application.ts';
import { UserAgentClient } from './user-agent/client.ts';
import type { Core } from './user-agent/core.ts';
import { UserAgentServer } from './user-agent/server.ts';
import { standardSession } from './user-agent/session-timer.ts';
import { type SipGuard, type SipTrace, traceOf } from './watch.ts';

const controlHost = '127.0.0.1';

export interface SipServerOptions {
  /** Address to bind; `0.0.0.0` and `::` mean every interface (the latter IPv4 too). */
  readonly host: string;
  /** For UDP and TCP; 0 takes a free one. */
  readonly port: number;
  /** Listens for TLS too: port (0 takes a free one), key and certificate chain as PEM. */
  readonly tls?: { readonly port: number; readonly key: string; readonly cert: string };
  /** What outgoing TLS connections trust; the system's authorities where left out. */
  readonly tlsTrust?: TlsTrust;
  /**
   * Address to write into Via and Contact towards peers outside of local networks (RFC 1918, 3927, loopback);
   * null for the box's own. Read on each use.
   */
  readonly externalAddress?: () => string | null;
  /** What is asked of names; the system's DNS where left out. */
  readonly names?: Names;
  /** Sees every message in and out, as it is on the wire. */
  readonly onTrace?: (entry: SipTrace) => void;
  readonly guard?: SipGuard;
  /** Interval asked for in our INVITEs and granted to callers that name none (RFC 4028), seconds; 0 for no session timers. */
  readonly sessionExpiresS?: number;
  /** Shorter intervals are refused with 422; 90 (RFC 4028 §4) where left out. */
  readonly minSessionExpiresS?: number;
  /** For call control, on loopback only; 0 (default) takes a free one. */
  readonly controlPort?: number;
  readonly log: Log;
  readonly clock?: Clock;
  /** RFC 3261's where left out; tests hurry them. */
  readonly timers?: SipTimers;
}

export interface SipServer {
  readonly port: number;
  /** Null where it does not listen for TLS. */
  readonly tlsPort: number | null;
  readonly controlHost: string;
  readonly controlPort: number;
  /** What `connectCallControl` has to know; new at every start. */
  readonly controlSecret: string;
  /** Idempotent. Says BYE in the dialogs that are left, without waiting for answers. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded SIP server: it keeps transports, transactions and dialogs (RFC 3261) and leaves every
 * decision to the call control that connects to its control port.
 *
 * @throws VoxboxError `port_in_use` naming the port
 */
export async function startSip(options: SipServerOptions): Promise<SipServer> {
  const { log, clock = systemClock, timers = standardTimers } = options;
  const schedule = createSchedule();
  const dialogs = new DialogStore();
  const applications: { current: Applications } = { current: nobody };
  const { guard = null, onTrace } = options;
  const trace = (octets: Buffer, flow: Flow, direction: SipTrace['direction']): void =>
    onTrace?.(traceOf(octets, flow, { atMs: clock.nowMs(), direction }));

  const onArrival = (octets: Buffer, flow: Flow): void => {
    try {
      if (guard && !guard.admits(flow.peer)) return;
      trace(octets, flow, 'in');
      const parsed = parseMessage(octets);
      if (!parsed) log.debug({ bytes: octets.length }, 'unreadable sip message dropped');
      else if (parsed.message.kind === 'request') server.receive(parsed.message, parsed.problem, flow);
      else if (!parsed.problem) client.receive(parsed.message);
    } catch (error) {
      // A stranger's message must not end the server, whatever it does to us.
      log.error({ err: error }, 'a sip message could not be processed');
    }
  };
  const onLost = (octets: Buffer, flow: Flow, cause: LossCause): void => {
    const parsed = parseMessage(octets);
    if (parsed?.message.kind !== 'request') return;
    server.receive(parsed.message, cause === 'size' ? tooLarge : (parsed.problem ?? badLength), flow);
  };

  const transport = await openTransport({
    host: options.host,
    port: options.port,
    tls: options.tls,
    tlsTrust: options.tlsTrust,
    externalAddress: options.externalAddress,
    names: options.names,
    log,
    onArrival,
    onLost,
    ...(onTrace ? { onSent: (octets, flow) => trace(octets, flow, 'out') } : {}),
    ...(guard ? { admits: (source) => guard.admits(source) } : {}),
  });
  const core: Core = {
    transport,
    schedule,
    timers,
    dialogs,
    log,
    guard,
    session: {
      expiresS: options.sessionExpiresS ?? standardSession.expiresS,
      minS: options.minSessionExpiresS ?? standardSession.minS,
    },
    applications: {
      routeFor: (method) => applications.current.routeFor(method),
      methods: () => applications.current.methods(),
    },
  };
  const client = new UserAgentClient(core);
  const server = new UserAgentServer(core, {
    hangUp: (dialog, reason) => void client.hangUp(dialog, reason),
    refresh: (dialog) => client.refresh(dialog),
    isBusy: (dialog) => client.isBusy(dialog),
    dialogOfNotify: (envelope, flow) => client.dialogOfNotify(envelope, flow),
  });

  const hangUpAll = async (of: Application | null, reason: string): Promise<void> => {
    const left = dialogs.all().filter(({ state, usage }) => state === 'confirmed' && usage === 'call');
    const own = left.filter((dialog) => of === null || dialog.application === of);
    await Promise.all(own.map((dialog) => client.hangUp(dialog, reason)));
  };
  const secret = randomBytes(24).toString('base64url');
  const hostPort = `${formatHost(options.host)}:${transport.port}`;
  const tlsHostPort =
    transport.tlsPort === null ? [] : [`tls/${formatHost(options.host)}:${transport.tlsPort}`];
  const control = await startControlServer({
    host: controlHost,
    port: options.controlPort ?? 0,
    secret,
    hostPorts: [`udp/${hostPort}`, `tcp/${hostPort}`, ...tlsHostPort].join(','),
    clock,
    log,
    userAgent: {
      respond: (application, id, response) => server.respond(application, id, response),
      request: (application, asked) => client.request(application, asked),
      forsake: (application) => {
        server.forsake(application);
        void hangUpAll(application, 'call control is gone');
      },
    },
  }).catch(async (cause: unknown) => {
    await transport.stop();
    throw cause;
  });
  applications.current = control;
  log.info({ host: options.host, port: transport.port, controlPort: control.port }, 'sip server listens');

  let stopping: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    await hangUpAll(null, 'shutting down');
    await control.stop();
    schedule.stop();
    await transport.stop();
  };
  return {
    port: transport.port,
    tlsPort: transport.tlsPort,
    controlHost,
    controlPort: control.port,
    controlSecret: secret,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

const badLength: Problem = { status: 400, reason: 'Bad Content-Length' };
const tooLarge: Problem = { status: 513, reason: 'Message Too Large' };

const nobody: Applications = { routeFor: () => null, methods: () => [] };
