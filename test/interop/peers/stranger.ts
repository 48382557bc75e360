import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { digestAnswer, header, readSip, type SipText, token, writeSip } from '../../caller/sip-text.ts';

export interface Question {
  readonly method: 'REGISTER' | 'INVITE' | 'OPTIONS';
  /** Of From, To and the credentials. */
  readonly user: string;
  /** User of the Request-URI where it has one. */
  readonly called?: string;
  /** Of an earlier challenge; without one no credentials are sent. */
  readonly challenge?: string;
  readonly password?: string;
}

export interface Reply {
  readonly message: SipText;
  /** From the last byte out to the first byte in. */
  readonly tookMs: number;
  readonly bytes: number;
}

/** One who sends single requests over UDP from an address of the loopback, and shares no code with the engine. */
export class Stranger {
  readonly #address: string;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #patienceMs: number;
  readonly #socket: Socket = createSocket('udp4');

  private constructor(
    address: string,
    target: { readonly host: string; readonly port: number },
    patienceMs: number,
  ) {
    this.#address = address;
    this.#target = target;
    this.#patienceMs = patienceMs;
  }

  static async at(
    address: string,
    target: { readonly host: string; readonly port: number },
    patienceMs = 1500,
  ): Promise<Stranger> {
    const stranger = new Stranger(address, target, patienceMs);
    stranger.#socket.bind(0, address);
    await once(stranger.#socket, 'listening');
    return stranger;
  }

  /** @returns the final answer; null where none came */
  async ask(question: Question): Promise<Reply | null> {
    const { method, user, called, challenge, password = '' } = question;
    const { host, port } = this.#target;
    const uri = `sip:${called === undefined ? '' : `${called}@`}${host}:${port}`;
    const via = `Via: SIP/2.0/UDP ${this.#address}:${this.#socket.address().port};branch=z9hG4bK${token()};rport`;
    const callId = token();
    const headers = (name: string, to: string): string[] => [
      via,
      'Max-Forwards: 70',
      `From: <sip:${user}@${host}>;tag=${callId}`,
      `To: ${to}`,
      `Call-ID: ${callId}`,
      `CSeq: 1 ${name}`,
    ];
    const to = `<sip:${called ?? user}@${host}>`;
    const contact = `Contact: <sip:${user}@${this.#address}:${this.#socket.address().port}>`;
    const credentials = challenge
      ? [`Authorization: ${digestAnswer({ challenge, method, uri, username: user, password })}`]
      : [];
    const request = writeSip(`${method} ${uri} SIP/2.0`, [...headers(method, to), contact, ...credentials]);
    const reply = await this.#exchange(request, callId);
    if (reply && method === 'INVITE') {
      const ack = [...headers('ACK', header(reply.message, 'to'))];
      this.#socket.send(writeSip(`ACK ${uri} SIP/2.0`, ack), port, host);
    }
    return reply;
  }

  /** Asks for a challenge and answers it. @returns the answer to that; null where one of both was not answered */
  async prove(question: Question & { readonly password: string }): Promise<Reply | null> {
    const { challenge: _, password, ...first } = question;
    const asked = await this.ask(first);
    const challenge = asked && header(asked.message, 'www-authenticate');
    return challenge ? this.ask({ ...first, challenge, password }) : null;
  }

  close(): void {
    this.#socket.close();
  }

  #exchange(request: Buffer, callId: string): Promise<Reply | null> {
    return new Promise((resolve) => {
      let sentMs = 0;
      const done = (reply: Reply | null): void => {
        clearTimeout(timer);
        this.#socket.off('message', hear);
        resolve(reply);
      };
      const timer = setTimeout(() => done(null), this.#patienceMs);
      const hear = (datagram: Buffer): void => {
        const tookMs = performance.now() - sentMs;
        const message = readSip(datagram);
        if (!message || header(message, 'call-id') !== callId || (message.status ?? 0) < 200) return;
        done({ message, tookMs, bytes: datagram.length });
      };
      this.#socket.on('message', hear);
      this.#socket.send(request, this.#target.port, this.#target.host, () => {
        sentMs = performance.now();
      });
      sentMs = performance.now();
    });
  }
}
