import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { connect, type Socket as TcpSocket } from 'node:net';
import { headerValue, headerValues } from './message/headers.ts';
import type { SipMessage } from './message/model.ts';
import { parseMessage } from './message/parse.ts';
import { StreamFramer } from './transport/framing.ts';

const waitMs = 3000;

/** The other end of the wire for tests: sends what it is told over a real socket, and hears what comes. */
export interface FakePhone {
  readonly port: number;
  readonly heard: SipMessage[];
  send(text: string): void;
  /** The next message, heard already or still to come, that fits; each is given once. */
  next(fits: (message: SipMessage) => boolean): Promise<SipMessage>;
  /** A request line and headers that fit together. */
  request(method: string, changes?: Readonly<Record<string, string | null>>, body?: string): string;
  /** A response that copies what it has to of the request. */
  answer(request: SipMessage, status: string): string;
  readonly closed: Promise<void>;
  close(): void;
}

export async function fakePhone(options: {
  readonly serverPort: number;
  readonly transport?: 'udp' | 'tcp';
}): Promise<FakePhone> {
  const { serverPort, transport = 'udp' } = options;
  const heard: SipMessage[] = [];
  const taken = new Set<SipMessage>();
  let wake = (): void => {};
  const hear = (octets: Buffer): void => {
    const parsed = parseMessage(octets);
    if (parsed) heard.push(parsed.message);
    wake();
  };
  const wire = transport === 'udp' ? await udpWire(serverPort, hear) : await tcpWire(serverPort, hear);
  let branches = 0;
  const next = async (fits: (message: SipMessage) => boolean): Promise<SipMessage> => {
    const untilMs = performance.now() + waitMs;
    for (;;) {
      const found = heard.find((message) => !taken.has(message) && fits(message));
      if (found) {
        taken.add(found);
        return found;
      }
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) throw new Error(`not heard; heard ${heard.map(nameOf).join(', ') || 'nothing'}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  return {
    ...wire,
    heard,
    next,
    answer: (request, status) => {
      const copied = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].flatMap((name) =>
        headerValues(request.headers, name).map((value) => `${name}: ${value}`),
      );
      return [`SIP/2.0 ${status}`, ...copied, 'Content-Length: 0', '', ''].join('\r\n');
    },
    request: (method, changes = {}, body = '') => {
      branches += 1;
      const place = `127.0.0.1:${wire.port}`;
      const headers: Record<string, string | null> = {
        Via: `SIP/2.0/${transport.toUpperCase()} ${place};branch=z9hG4bK${wire.port}-${branches};rport`,
        'Max-Forwards': '70',
        From: '<sip:+14155550101@127.0.0.1>;tag=from',
        To: '<sip:+14155550100@127.0.0.1>',
        'Call-ID': `call-${wire.port}`,
        CSeq: `1 ${method}`,
        Contact: `<sip:phone@${place}${transport === 'tcp' ? ';transport=tcp' : ''}>`,
        ...(body === '' ? {} : { 'Content-Type': 'application/sdp' }),
        'Content-Length': String(Buffer.byteLength(body)),
        ...changes,
      };
      const lines = Object.entries(headers).flatMap(([name, value]) =>
        value === null ? [] : [`${name}: ${value}`],
      );
      return [`${method} sip:+14155550100@127.0.0.1:${serverPort} SIP/2.0`, ...lines, '', body].join('\r\n');
    },
  };
}

const nameOf = (message: SipMessage): string =>
  message.kind === 'request' ? message.method : `${message.status} ${headerValue(message.headers, 'CSeq')}`;

type Wire = Pick<FakePhone, 'port' | 'send' | 'close' | 'closed'>;

async function udpWire(serverPort: number, hear: (octets: Buffer) => void): Promise<Wire> {
  const socket: UdpSocket = createSocket('udp4');
  socket.on('message', hear);
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    port: socket.address().port,
    send: (text) => socket.send(Buffer.from(text, 'latin1'), serverPort, '127.0.0.1'),
    closed: new Promise((resolve) => socket.once('close', () => resolve())),
    close: () => socket.close(),
  };
}

async function tcpWire(serverPort: number, hear: (octets: Buffer) => void): Promise<Wire> {
  const socket: TcpSocket = connect(serverPort, '127.0.0.1');
  const framer = new StreamFramer();
  socket.on('data', (chunk) => {
    for (const frame of framer.push(chunk)) if (frame.kind === 'message') hear(frame.octets);
  });
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return {
    port: socket.localPort ?? 0,
    send: (text) => void socket.write(text, 'latin1'),
    closed: new Promise((resolve) => socket.once('close', () => resolve())),
    close: () => void socket.destroy(),
  };
}
