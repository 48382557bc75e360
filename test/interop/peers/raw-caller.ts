import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const host = '127.0.0.1';
type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** A caller over UDP that does exactly what it is told, wrong or right: nothing is repeated or answered by itself. */
export class RawCaller {
  /** Every message that came, in its order. */
  readonly received: string[] = [];
  readonly #socket: Socket;
  readonly #target: number;
  readonly #callId = randomBytes(8).toString('hex');
  readonly #contact: string;
  readonly #taken = new Set<number>();
  #cseq = 0;
  #to = `<sip:echo@${host}>`;
  #lastSent = '';
  #branch = '';
  #isClosed = false;

  private constructor(socket: Socket, target: number, contact: string | undefined) {
    this.#socket = socket;
    this.#target = target;
    this.#contact = contact ?? `sip:caller@${host}:${socket.address().port}`;
    socket.on('message', (datagram) => this.received.push(datagram.toString('latin1')));
  }

  static async open(target: number, options: { readonly contact?: string } = {}): Promise<RawCaller> {
    const socket = createSocket('udp4');
    socket.bind(0, host);
    await once(socket, 'listening');
    return new RawCaller(socket, target, options.contact);
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }

  /** A new request of the call. */
  send(method: string, options: { readonly direction?: Direction } = {}): void {
    this.#cseq += 1;
    this.#branch = `z9hG4bK${randomBytes(8).toString('hex')}`;
    this.#write(method, method === 'INVITE' ? this.#sdp(options.direction ?? 'sendrecv') : '');
  }

  /** The last message once more, as it was. */
  repeat(): void {
    this.#socket.send(this.#lastSent, this.#target, host);
  }

  /** ACK of the last INVITE: a transaction of its own after a 200, the INVITE's after a refusal. */
  acknowledge(): void {
    const last = this.received.findLast((text) => /^SIP\/2\.0 [2-6]/.test(text)) ?? '';
    if (last.startsWith('SIP/2.0 2')) this.#branch = `z9hG4bK${randomBytes(8).toString('hex')}`;
    this.#write('ACK', '');
  }

  /** INVITE, 200, ACK. */
  async call(): Promise<void> {
    this.send('INVITE');
    await this.response(200);
    this.acknowledge();
    await sleep(50);
  }

  /** Waits for a response; the To of an answer is that of the dialog from then on. */
  async response(status: number, method = ''): Promise<string> {
    const text = await this.#find((message) => {
      return (
        message.startsWith(`SIP/2.0 ${status} `) &&
        new RegExp(`^CSeq: ${this.#cseq} ${method}`, 'm').test(message)
      );
    }, `${status} to ${method}`);
    if (status === 200) this.#to = /^To: (.*)\r$/m.exec(text)?.[1] ?? this.#to;
    return text;
  }

  /** Waits for a request that was not returned before. */
  request(method: string, timeoutMs: number): Promise<string> {
    return this.#find((message) => message.startsWith(`${method} `), method, timeoutMs);
  }

  answer(request: string, status: string, options: { readonly direction?: Direction } = {}): void {
    const lines = request
      .split('\r\n')
      .filter((line) => /^(Via|From|To|Call-ID|CSeq|Record-Route):/i.test(line));
    const body = options.direction ? this.#sdp(options.direction) : '';
    const more = [`Contact: <${this.#contact}>`, ...(body ? ['Content-Type: application/sdp'] : [])];
    const head = [`SIP/2.0 ${status}`, ...lines, ...more, `Content-Length: ${body.length}`];
    this.#socket.send(`${head.join('\r\n')}\r\n\r\n${body}`, this.#target, host);
  }

  async #find(fits: (message: string) => boolean, what: string, timeoutMs = 4000): Promise<string> {
    const limit = performance.now() + timeoutMs;
    for (;;) {
      for (const [index, message] of this.received.entries()) {
        if (this.#taken.has(index) || !fits(message)) continue;
        // A repetition of it is not another one.
        for (const [other, text] of this.received.entries()) if (text === message) this.#taken.add(other);
        return message;
      }
      if (performance.now() > limit)
        throw new Error(
          `no ${what}; came:\n${this.received.map((text) => text.split('\r\n')[0]).join('\n')}`,
        );
      await sleep(5);
    }
  }

  #write(method: string, body: string): void {
    const { port } = this.#socket.address();
    const lines = [
      `${method} sip:echo@${host}:${this.#target} SIP/2.0`,
      `Via: SIP/2.0/UDP ${host}:${port};branch=${this.#branch};rport`,
      'Max-Forwards: 70',
      `From: <sip:caller@${host}>;tag=${this.#callId}`,
      `To: ${this.#to}`,
      `Call-ID: ${this.#callId}`,
      `CSeq: ${this.#cseq} ${method}`,
      `Contact: <${this.#contact}>`,
      ...(body ? ['Content-Type: application/sdp'] : []),
      `Content-Length: ${body.length}`,
    ];
    this.#lastSent = `${lines.join('\r\n')}\r\n\r\n${body}`;
    this.#socket.send(this.#lastSent, this.#target, host);
  }

  #sdp(direction: Direction): string {
    const lines = ['v=0', `o=- 7 ${this.#cseq + 1} IN IP4 ${host}`, 's=-', `c=IN IP4 ${host}`, 't=0 0'];
    return [...lines, 'm=audio 46000 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', `a=${direction}`, ''].join('\r\n');
  }
}
