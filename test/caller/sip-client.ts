import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import {
  type AudioAnswer,
  digestAnswer,
  header,
  readSdp,
  readSip,
  type SipText,
  token,
  uriIn,
  writeSdp,
  writeSip,
} from './sip-text.ts';

/** RFC 3261 §17.1.1.1: the estimate of the round-trip time that all retransmissions are counted in. */
const t1Ms = 500;
const t2Ms = 4000;

export interface SipCallOptions {
  /** For example sip:+15555550100@127.0.0.1:5060 */
  readonly target: string;
  /** Where to send; taken from the target when absent. */
  readonly host?: string;
  readonly port?: number;
  /** User part of From. */
  readonly from: string;
  readonly localAddress?: string;
  readonly rtpPort: number;
  /** Payload types of the offer; G.711 both ways and telephone-event when absent. */
  readonly payloadTypes?: readonly number[];
  readonly username?: string;
  readonly password?: string;
  /** The call is given up when no final answer came by then. */
  readonly timeoutMs?: number;
}

/** Milliseconds of the monotonic clock; null until it happened. */
export interface SipCallTimes {
  inviteMs: number;
  tryingMs: number | null;
  answeredMs: number | null;
  ackMs: number | null;
}

export interface EstablishedCall {
  readonly callId: string;
  readonly audio: AudioAnswer;
  /** Of the 200; empty where it names none, although RFC 3261 §20.15 asks for it. */
  readonly contentType: string;
  readonly times: Readonly<SipCallTimes>;
  /** Settled when the dialog is over, whoever ended it. */
  readonly ended: Promise<'caller' | 'agent'>;
  /** Sends BYE once; resolves when it is answered or given up. */
  hangUp(): Promise<void>;
  /** Forgets the call without a word, as a phone that lost power. */
  vanish(): void;
}

/** A final answer other than 200, or none at all (status 408). */
export class CallRefused extends Error {
  readonly status: number;
  /** What it was told to wait; null where nothing was said. */
  readonly retryAfterS: number | null;

  constructor(status: number, message: string, retryAfterS: number | null = null) {
    super(message);
    this.name = 'CallRefused';
    this.status = status;
    this.retryAfterS = retryAfterS;
  }
}

function hopOf(uri: string): { host: string; port: number } {
  const match = /^sips?:(?:[^@]*@)?([^:;>]+)(?::(\d+))?/.exec(uri);
  return { host: match?.[1] ?? '127.0.0.1', port: Number(match?.[2] ?? 5060) };
}

const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/**
 * Places one call over UDP and waits until it is answered. A small user agent client of its own
 * (RFC 3261): it shares no code with the engine.
 *
 * @throws CallRefused
 */
export async function placeCall(options: SipCallOptions): Promise<EstablishedCall> {
  const caller = new SipCaller(options);
  try {
    await caller.open();
    await caller.invite();
    return caller;
  } catch (error) {
    caller.vanish();
    throw error;
  }
}

class SipCaller implements EstablishedCall {
  readonly callId = `${token()}@caller`;
  readonly ended: Promise<'caller' | 'agent'>;
  readonly times: SipCallTimes = { inviteMs: 0, tryingMs: null, answeredMs: null, ackMs: null };
  contentType = '';
  readonly #options: SipCallOptions;
  readonly #socket: Socket = createSocket('udp4');
  readonly #address: string;
  #peer: { host: string; port: number };
  readonly #tag = token();
  readonly #responses = new Map<string, (response: SipText) => void>();
  #settleEnded: (by: 'caller' | 'agent') => void = () => {};
  #sequence = 0;
  #remote: { to: string; contact: string; routes: readonly string[] } | null = null;
  #audio: AudioAnswer | null = null;
  #ack: Buffer | null = null;
  #over = false;

  constructor(options: SipCallOptions) {
    this.#options = options;
    this.#address = options.localAddress ?? '127.0.0.1';
    const hop = hopOf(options.target);
    this.#peer = { host: options.host ?? hop.host, port: options.port ?? hop.port };
    this.ended = new Promise((resolve) => {
      this.#settleEnded = resolve;
    });
  }

  get audio(): AudioAnswer {
    if (this.#audio === null) throw new Error('The call is not answered');
    return this.#audio;
  }

  async open(): Promise<void> {
    this.#socket.on('message', (datagram, source) => this.#receive(datagram, source));
    this.#socket.bind(0, this.#address);
    await once(this.#socket, 'listening');
  }

  async invite(): Promise<void> {
    let response = await this.#sendInvite(null);
    const challenge = header(response, 'www-authenticate') || header(response, 'proxy-authenticate');
    if ((response.status === 401 || response.status === 407) && this.#options.username && challenge) {
      const answer = digestAnswer({
        challenge,
        method: 'INVITE',
        uri: this.#options.target,
        username: this.#options.username,
        password: this.#options.password ?? '',
      });
      const name = response.status === 401 ? 'Authorization' : 'Proxy-Authorization';
      response = await this.#sendInvite(`${name}: ${answer}`);
    }
    if (response.status !== 200) {
      const waitS = Number.parseInt(header(response, 'retry-after'), 10);
      throw new CallRefused(
        response.status ?? 0,
        `The call got ${response.status}`,
        Number.isNaN(waitS) ? null : waitS,
      );
    }
    this.contentType = header(response, 'content-type');
    this.#audio = readSdp(response.body);
    if (this.#audio === null) throw new CallRefused(488, 'The answer holds no audio');
  }

  async hangUp(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await this.#request('BYE', 4000).catch(() => {});
    this.#finish('caller');
  }

  vanish(): void {
    this.#over = true;
    this.#finish('caller');
  }

  #finish(by: 'caller' | 'agent'): void {
    this.#settleEnded(by);
    try {
      this.#socket.close();
    } catch {
      // Closed already.
    }
  }

  /** One INVITE transaction (RFC 3261 §17.1.1), its ACK included. */
  async #sendInvite(authorization: string | null): Promise<SipText> {
    this.#sequence += 1;
    const branch = `z9hG4bK${token()}`;
    const body = writeSdp({
      address: this.#address,
      port: this.#options.rtpPort,
      payloadTypes: this.#options.payloadTypes ?? [0, 8, 101],
    });
    const headers = this.#headers('INVITE', branch, null);
    const invite = writeSip(
      `INVITE ${this.#options.target} SIP/2.0`,
      [
        ...headers,
        'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS',
        ...(authorization ? [authorization] : []),
        'Content-Type: application/sdp',
      ],
      body,
    );
    if (this.times.inviteMs === 0) this.times.inviteMs = nowMs();
    const response = await this.#transact(branch, 'INVITE', invite, this.#options.timeoutMs ?? 32_000);
    const to = header(response, 'to');
    if (response.status === 200) {
      this.times.answeredMs = nowMs();
      const routes = [...(response.headers.get('record-route') ?? [])].reverse();
      this.#remote = { to, contact: uriIn(header(response, 'contact')) || this.#options.target, routes };
      // §12.2.1.1: requests within the dialog go to the first route, else to the contact.
      this.#peer = hopOf(uriIn(routes[0] ?? this.#remote.contact));
      this.#ack = writeSip(
        `ACK ${this.#remote.contact} SIP/2.0`,
        this.#headers('ACK', `z9hG4bK${token()}`, this.#remote),
      );
      this.times.ackMs = nowMs();
      this.#send(this.#ack);
    } else {
      // §17.1.1.3: the ACK of a refusal belongs to the transaction of the INVITE.
      const ackHeaders = this.#headers('ACK', branch, { to, contact: '', routes: [] });
      this.#send(writeSip(`ACK ${this.#options.target} SIP/2.0`, ackHeaders));
    }
    return response;
  }

  async #request(method: string, timeoutMs: number): Promise<SipText> {
    if (this.#remote === null) throw new Error('There is no dialog');
    this.#sequence += 1;
    const branch = `z9hG4bK${token()}`;
    const message = writeSip(
      `${method} ${this.#remote.contact} SIP/2.0`,
      this.#headers(method, branch, this.#remote),
    );
    return this.#transact(branch, method, message, timeoutMs);
  }

  #headers(
    method: string,
    branch: string,
    remote: { to: string; contact: string; routes: readonly string[] } | null,
  ): string[] {
    const { port } = this.#socket.address();
    return [
      `Via: SIP/2.0/UDP ${this.#address}:${port};branch=${branch};rport`,
      'Max-Forwards: 70',
      ...(remote?.routes ?? []).map((route) => `Route: ${route}`),
      `From: <sip:${this.#options.from}@${this.#address}>;tag=${this.#tag}`,
      `To: ${remote?.to ?? `<${this.#options.target}>`}`,
      `Call-ID: ${this.callId}`,
      `CSeq: ${this.#sequence} ${method}`,
      `Contact: <sip:caller@${this.#address}:${port}>`,
      'User-Agent: simulated caller',
    ];
  }

  /** Sends a request again and again until it is answered; resolves with the final response. */
  #transact(branch: string, method: string, message: Buffer, timeoutMs: number): Promise<SipText> {
    return new Promise((resolve, reject) => {
      let intervalMs = t1Ms;
      let repeat = setTimeout(again, intervalMs);
      const giveUp = setTimeout(() => finish(null), timeoutMs);
      const send = () => this.#send(message);
      const forget = () => this.#responses.delete(branch);
      function again(): void {
        send();
        intervalMs = method === 'INVITE' ? intervalMs * 2 : Math.min(intervalMs * 2, t2Ms);
        repeat = setTimeout(again, intervalMs);
      }
      function finish(response: SipText | null): void {
        clearTimeout(repeat);
        clearTimeout(giveUp);
        forget();
        if (response) resolve(response);
        else reject(new CallRefused(408, `No final answer to ${method} in ${timeoutMs} ms`));
      }
      this.#responses.set(branch, (response) => {
        if (response.status !== null && response.status >= 200) return finish(response);
        this.times.tryingMs ??= nowMs();
        if (method === 'INVITE') clearTimeout(repeat);
      });
      send();
    });
  }

  #send(message: Buffer): void {
    if (this.#over && this.#remote === null) return;
    this.#socket.send(message, this.#peer.port, this.#peer.host);
  }

  #receive(datagram: Buffer, source: RemoteInfo): void {
    const message = readSip(datagram);
    if (message === null) return;
    if (message.method !== null) {
      this.#answer(message, source);
      return;
    }
    const branch = /branch=([^;,\s]+)/.exec(header(message, 'via'))?.[1] ?? '';
    const waiting = this.#responses.get(branch);
    if (waiting) waiting(message);
    // §13.2.2.4: a 200 that comes again means that the ACK was lost.
    else if (message.status === 200 && / INVITE$/.test(header(message, 'cseq')) && this.#ack)
      this.#send(this.#ack);
  }

  /** Requests from the other side: BYE ends the call, the rest is answered so that it can go on. */
  #answer(request: SipText, source: RemoteInfo): void {
    if (request.method === 'ACK') return;
    const mine = header(request, 'call-id') === this.callId;
    const known = mine && this.#remote !== null;
    const { port } = this.#socket.address();
    const status = request.method === 'OPTIONS' || known ? '200 OK' : '481 Call/Transaction Does Not Exist';
    const copy = (name: string, key: string) =>
      (request.headers.get(key) ?? []).map((value) => `${name}: ${value}`);
    const renegotiation = request.method === 'INVITE' && known && this.#audio !== null;
    const body = renegotiation
      ? writeSdp({
          address: this.#address,
          port: this.#options.rtpPort,
          payloadTypes: [...(this.#audio?.payloadTypes ?? [0])],
        })
      : '';
    const response = writeSip(
      `SIP/2.0 ${status}`,
      [
        ...copy('Via', 'via'),
        ...copy('Record-Route', 'record-route'),
        ...copy('From', 'from'),
        ...copy('To', 'to').map((line) => (/;tag=/.test(line) ? line : `${line};tag=${this.#tag}`)),
        ...copy('Call-ID', 'call-id'),
        ...copy('CSeq', 'cseq'),
        `Contact: <sip:caller@${this.#address}:${port}>`,
        ...(renegotiation ? ['Content-Type: application/sdp'] : []),
      ],
      body,
    );
    this.#socket.send(response, source.port, source.address, () => {
      if (request.method === 'BYE' && known) {
        this.#over = true;
        // Long enough to answer a BYE whose 200 was lost.
        setTimeout(() => this.#finish('agent'), 50).unref();
        this.#settleEnded('agent');
      }
    });
  }
}
