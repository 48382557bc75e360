import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { type Clock, type Log, systemIds, VoxboxError } from '../foundation/index.ts';
import { FrameReader, frame } from './control-frames.ts';
import type { SipResponse } from './message/model.ts';
import { parseMessage } from './message/parse.ts';
import { serialise } from './message/serialise.ts';
import type { Application, Applications, Notice, Sent } from './user-agent/application.ts';
import type { AppRequest } from './user-agent/client.ts';

/** Told to clients, which switch abilities on by it; the protocol spoken here is that of this release. */
const protocolVersion = 'v0.8.26';

/** What the control protocol drives. */
export interface UserAgent {
  respond(application: Application, transactionId: string, response: SipResponse): Sent;
  request(application: Application, asked: AppRequest): Promise<Sent>;
  forsake(application: Application): void;
}

export interface ControlServer extends Applications {
  readonly port: number;
  stop(): Promise<void>;
}

export interface ControlServerOptions {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  /** `udp/127.0.0.1:5060,tcp/127.0.0.1:5060` */
  readonly hostPorts: string;
  readonly userAgent: UserAgent;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The server side of drachtio's control protocol, as the npm package drachtio-srf speaks it: frames of
 * `id|command|…`, a SIP message after the first line where there is one, each answered with
 * `id|response|<id of the command>|OK or NOK|…`.
 */
export async function startControlServer(options: ControlServerOptions): Promise<ControlServer> {
  const clients = new Set<ControlClient>();
  const server = createServer((socket) => {
    const client = new ControlClient(socket, options);
    clients.add(client);
    socket.once('close', () => {
      clients.delete(client);
      if (client.isAuthenticated) options.userAgent.forsake(client);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const text = `control port ${options.port} of ${options.host} is in use`;
      const inUse = 'code' in cause && cause.code === 'EADDRINUSE';
      reject(
        inUse ? new VoxboxError('port_in_use', text, { cause, details: { port: options.port } }) : cause,
      );
    });
    server.listen(options.port, options.host, resolve);
  });
  const bound = server.address();
  let turn = 0;
  return {
    port: typeof bound === 'object' && bound ? bound.port : options.port,
    routeFor: (method) => {
      const takers = [...clients].filter((client) => client.routes.has(method));
      turn += 1;
      return takers[turn % takers.length] ?? null;
    },
    methods: () => [...new Set([...clients].flatMap((client) => [...client.routes]))],
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const client of clients) client.close();
      await closed;
    },
  };
}

/** One connected program. */
class ControlClient implements Application {
  /** Methods that it asked for, upper case. */
  readonly routes = new Set<string>();
  isAuthenticated = false;
  readonly #socket: Socket;
  readonly #options: ControlServerOptions;
  readonly #reader = new FrameReader();

  constructor(socket: Socket, options: ControlServerOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('error', (error) => options.log.debug({ error: error.message }, 'control connection error'));
  }

  deliver(notice: Notice): void {
    const octets = serialise(notice.message);
    const fields = ['sip', notice.source, octets.length, ...this.#metaOf(notice)];
    const { address, port } = notice.flow.local;
    this.#send([...fields, address, port], octets);
  }

  close(): void {
    this.#socket.destroySoon();
  }

  #onData(chunk: Buffer): void {
    const frames = this.#reader.push(chunk);
    if (frames === null) {
      this.#options.log.warn('control connection broke the protocol');
      this.#socket.destroy();
      return;
    }
    for (const octets of frames) this.#onFrame(octets);
  }

  #onFrame(octets: Buffer): void {
    const lineEnd = octets.indexOf('\r\n');
    const line = octets.toString('utf8', 0, lineEnd < 0 ? octets.length : lineEnd);
    const message = lineEnd < 0 ? Buffer.alloc(0) : octets.subarray(lineEnd + 2);
    const [id = '', command = '', ...fields] = line.split('|');
    if (command === 'authenticate') this.#authenticate(id, fields[0] ?? '');
    else if (!this.isAuthenticated) this.#socket.destroy();
    else if (command === 'sip') {
      this.#sip(id, fields, message).catch((error: unknown) => {
        this.#options.log.error({ err: error }, 'a command of call control failed');
        this.#respond(id, ['NOK', 'internal error']);
      });
    } else this.#respond(id, this.#command(command, fields[0] ?? ''));
  }

  #command(command: string, verb: string): string[] {
    if (command === 'ping') return ['OK'];
    if (command === 'remove_route') {
      this.routes.delete(verb.toUpperCase());
      return ['OK'];
    }
    // Call detail records are asked for, but none are written: the application keeps its own.
    if (command === 'route' && verb.startsWith('cdr:')) return ['OK'];
    if (command === 'proxy') return ['NOK', 'this server is no proxy: answer the request, or place a call'];
    if (command !== 'route') return ['NOK', `command not available: ${command}`];
    this.routes.add(verb.toUpperCase());
    return ['OK'];
  }

  #authenticate(id: string, secret: string): void {
    const digest = (text: string) => createHash('sha256').update(text).digest();
    if (!timingSafeEqual(digest(secret), digest(this.#options.secret))) {
      this.#options.log.warn('control connection with a wrong secret');
      this.#respond(id, ['NOK', 'incorrect secret']);
      this.#socket.end();
      return;
    }
    this.isAuthenticated = true;
    this.#respond(id, ['OK', this.#options.hostPorts, protocolVersion, this.#options.hostPorts]);
  }

  async #sip(id: string, fields: readonly string[], octets: Buffer): Promise<void> {
    const [transactionId = '', dialogId = '', proxy = ''] = fields;
    const message = readAppMessage(octets);
    const { userAgent } = this.#options;
    let sent: Sent = { refused: 'the SIP message cannot be read' };
    if (message?.kind === 'response') sent = userAgent.respond(this, transactionId, message);
    if (message?.kind === 'request') {
      sent = await userAgent.request(this, { request: message, transactionId, dialogId, proxy });
    }
    if ('refused' in sent) {
      this.#respond(id, ['NOK', sent.refused]);
      return;
    }
    const echo = serialise(sent.message);
    this.#respond(id, ['OK', 'application', echo.length, ...this.#metaOf(sent)], echo);
  }

  #metaOf(notice: Omit<Notice, 'source' | 'message'>): (string | number)[] {
    const { peer } = notice.flow;
    const time = new Date(this.#options.clock.nowMs()).toISOString().slice(11, 23);
    return [peer.transport, peer.address, peer.port, `${time}000`, notice.transactionId, notice.dialogId];
  }

  #respond(id: string, fields: readonly (string | number)[], octets?: Buffer): void {
    this.#send(['response', id, ...fields], octets);
  }

  #send(fields: readonly (string | number)[], octets?: Buffer): void {
    if (!this.#socket.writable) return;
    const line = Buffer.from([systemIds.uuid(), ...fields].join('|'));
    this.#socket.write(frame(octets ? Buffer.concat([line, Buffer.from('\r\n'), octets]) : line));
  }
}

/**
 * The application's message. Its Content-Length counts characters, and may be absent: the frame tells how
 * long the body is, so the header is left out of the reading.
 */
function readAppMessage(octets: Buffer) {
  const headEnd = octets.indexOf('\r\n\r\n');
  const head = headEnd < 0 ? octets : octets.subarray(0, headEnd);
  const body = headEnd < 0 ? Buffer.alloc(0) : octets.subarray(headEnd + 4);
  const kept = head.toString('latin1').replace(/\r\n(?:content-length|l)[ \t]*:[^\r]*/gi, '');
  // drachtio-srf leaves the type of a body to the server; without one peers need not read it (RFC 3261 §20.15).
  const typed = body.length === 0 || /\r\n(?:content-type|c)[ \t]*:/i.test(kept);
  const type = body.subarray(0, 2).toString('latin1') === 'v=' ? 'application/sdp' : 'text/plain';
  const parsed = parseMessage(
    Buffer.from(`${kept}${typed ? '' : `\r\nContent-Type: ${type}`}\r\n\r\n`, 'latin1'),
  );
  return parsed && !parsed.problem ? { ...parsed.message, body } : null;
}
