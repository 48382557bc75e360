/**
 * Sends every torture message, byte for byte, to a server over real sockets and prints the answers as JSON.
 * To be run where there is no network but the loopback: the messages name addresses of other networks.
 * Each message meets a server of its own, as several of them share one branch and Call-ID; at the end one
 * server gets all of them, one after the other.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../../engine/foundation/index.ts';
import {
  buildAnswer,
  connectCallControl,
  negotiateAudio,
  parseOffer,
  type Srf,
  startSip,
} from '../../../engine/sip/index.ts';
import { readHead, type TortureSet, tortureSets } from './torture-messages.ts';

export interface WireAnswer {
  readonly rfc: string;
  readonly name: string;
  readonly transport: 'udp' | 'tcp';
  /** Final answers, as they came, octets as Latin-1. */
  readonly finals: readonly string[];
  /** The server closed the connection. */
  readonly closed: boolean;
  /** An OPTIONS after it was answered. */
  readonly alive: boolean;
}

export interface WireReport {
  readonly answers: readonly WireAnswer[];
  /** One server that got all the messages of a set answered an OPTIONS afterwards. */
  readonly survivors: readonly string[];
}

const host = '127.0.0.1';
const silenceMs = 250;
const settleMs = 15;

/** A telephone line that takes whatever it can. */
function takeCalls(srf: Srf): void {
  srf.invite((req, res) => {
    const audio = negotiateAudio(parseOffer(req.body), { codecs: ['PCMU', 'PCMA'] });
    if (!audio) return res.send(488);
    const localSdp = buildAnswer(audio, { address: host, port: 20_000, sessionId: 1 });
    // What comes of a call whose caller is nowhere is not the question here.
    srf.createUAS(req, res, { localSdp }).catch(() => {});
  });
  srf.register((_, res) => res.send(403));
}

async function withServer<T>(use: (port: number) => Promise<T>): Promise<T> {
  const server = await startSip({ host, port: 0, log: silentLog });
  const { controlHost, controlPort, controlSecret } = server;
  const srf = await connectCallControl({ host: controlHost, port: controlPort, secret: controlSecret });
  takeCalls(srf);
  await sleep(20);
  try {
    return await use(server.port);
  } finally {
    srf.disconnect();
    await server.stop();
  }
}

const isFinal = (text: string): boolean => /^SIP\/2\.0 [2-6]\d\d /.test(text);

async function open(port: number): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(port, host);
  await once(socket, 'listening');
  return socket;
}

/** Without `rport` an answer goes to the port that the Via names (RFC 3261 §18.2.2): listen on all of them. */
function portsIn(octets: Buffer): readonly number[] {
  const vias = readHead(octets).headers.filter(({ name }) => name === 'via');
  const named = vias.flatMap(({ value }) =>
    [...value.matchAll(/:\s*(\d{2,5})\b/g)].map((match) => Number(match[1])),
  );
  return [...new Set([5060, 5061, ...named])].filter((port) => port > 0 && port < 65_536);
}

async function overUdp(octets: Buffer, port: number): Promise<readonly string[]> {
  const sockets = await Promise.all(portsIn(octets).map(open));
  const texts: string[] = [];
  let answered: () => void = () => {};
  const answer = new Promise<void>((resolve) => {
    answered = resolve;
  });
  for (const socket of sockets) {
    socket.on('message', (datagram) => {
      texts.push(datagram.toString('latin1'));
      if (isFinal(texts.at(-1) ?? '')) answered();
    });
  }
  sockets[0]?.send(octets, port, host);
  await Promise.race([answer, sleep(silenceMs)]);
  await sleep(settleMs);
  for (const socket of sockets) socket.close();
  return texts;
}

async function overTcp(octets: Buffer, port: number): Promise<{ texts: readonly string[]; closed: boolean }> {
  const socket = connect({ host, port });
  await once(socket, 'connect');
  let text = '';
  let closed = false;
  let answered: () => void = () => {};
  const answer = new Promise<void>((resolve) => {
    answered = resolve;
  });
  const note = () => {
    closed = true;
    answered();
  };
  socket.on('error', note);
  socket.on('close', note);
  socket.on('end', note);
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    if (splitResponses(text).some(isFinal)) answered();
  });
  socket.write(octets);
  await Promise.race([answer, sleep(silenceMs)]);
  await sleep(settleMs);
  socket.destroy();
  return { texts: splitResponses(text), closed };
}

const splitResponses = (text: string): readonly string[] =>
  text.split(/(?=^SIP\/2\.0 \d{3} )/m).filter((part) => part !== '');

async function isAlive(port: number, transport: 'udp' | 'tcp'): Promise<boolean> {
  const token = Math.random().toString(36).slice(2);
  const lines = [
    `OPTIONS sip:check@${host}:${port} SIP/2.0`,
    `Via: SIP/2.0/${transport.toUpperCase()} ${host}:5060;branch=z9hG4bK${token};rport`,
    'Max-Forwards: 70',
    `From: <sip:check@${host}>;tag=${token}`,
    `To: <sip:check@${host}>`,
    `Call-ID: ${token}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
  ];
  const octets = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  const texts = transport === 'udp' ? await overUdp(octets, port) : (await overTcp(octets, port)).texts;
  return texts.some((text) => text.startsWith('SIP/2.0 200 '));
}

/** As it goes on the wire: a stream needs the empty line that one of the files lacks. */
function octetsOf(set: TortureSet, name: string, transport: 'udp' | 'tcp'): Buffer {
  const octets = readFileSync(join(set.folder, `${name}.dat`));
  const whole = octets.includes('\r\n\r\n');
  return transport === 'tcp' && !whole && name === 'baddn'
    ? Buffer.concat([octets, Buffer.from('\r\n')])
    : octets;
}

async function ask(set: TortureSet, name: string, transport: 'udp' | 'tcp'): Promise<WireAnswer> {
  return withServer(async (port) => {
    const octets = octetsOf(set, name, transport);
    const { texts, closed } =
      transport === 'udp'
        ? { texts: await overUdp(octets, port), closed: false }
        : await overTcp(octets, port);
    const alive = await isAlive(port, transport);
    return { rfc: set.rfc, name, transport, finals: texts.filter(isFinal), closed, alive };
  });
}

async function survives(set: TortureSet, transport: 'udp' | 'tcp'): Promise<boolean> {
  return withServer(async (port) => {
    for (const { name } of set.rows) {
      const octets = octetsOf(set, name, transport);
      if (transport === 'udp') {
        const socket = await open(5060);
        socket.send(octets, port, host);
        await sleep(5);
        socket.close();
      } else {
        const socket = connect({ host, port });
        socket.on('error', () => {});
        await once(socket, 'connect');
        socket.end(octets);
        await sleep(5);
        socket.destroy();
      }
    }
    return isAlive(port, transport);
  });
}

const answers: WireAnswer[] = [];
const survivors: string[] = [];
for (const set of tortureSets()) {
  for (const transport of ['udp', 'tcp'] as const) {
    for (const { name } of set.rows) answers.push(await ask(set, name, transport));
    if (set.rows.length > 0 && (await survives(set, transport))) survivors.push(`${set.rfc} ${transport}`);
  }
}
process.stdout.write(`${JSON.stringify({ answers, survivors } satisfies WireReport)}\n`, () =>
  process.exit(0),
);
