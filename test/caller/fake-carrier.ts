import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { silentLog, systemClock } from '../../engine/foundation/index.ts';
import {
  type AudioCodec,
  buildAnswer,
  connectCallControl,
  createDigest,
  type NegotiatedAudio,
  negotiateAudio,
  parseOffer,
  type Srf,
  type SrfRequest,
  type SrfResponse,
  startSip,
} from '../../engine/sip/index.ts';
import { type AudioFaults, type CarrierAudio, carrierAudio } from './fake-carrier-audio.ts';
import type { FakeCertificate } from './fake-certificate.ts';

/** What is wrong with a carrier; nothing where left out. */
export interface CarrierFaults extends AudioFaults {
  /** Answers REGISTER with 200 and keeps nothing. */
  readonly forgetsRegistration?: boolean;
  readonly ignoresRegister?: boolean;
  /** Answers every INVITE with this status. */
  readonly refusesCallsWith?: number;
  /** Codecs that it takes; PCMU and PCMA where left out. */
  readonly codecs?: readonly AudioCodec[];
  readonly withoutTelephoneEvent?: boolean;
  readonly refusesSrtp?: boolean;
  /** Does not name REFER among what it allows. */
  readonly allowsNoRefer?: boolean;
  /** Answers REFER with this status; 202 where left out. */
  readonly answersReferWith?: number;
  /** What its SDP names in place of its own address. */
  readonly tellsAddress?: string;
  /** Answers with a Contact where nobody listens: the ACK is lost. */
  readonly tellsContact?: string;
  /** Hangs up that long after it answered. */
  readonly hangsUpAfterMs?: number;
}

export interface CarrierOptions {
  readonly faults?: CarrierFaults;
  /** Asks for this user's password; nobody's where left out. */
  readonly account?: { readonly username: string; readonly password: string };
  readonly tls?: FakeCertificate;
}

export interface FakeCarrier {
  readonly port: number;
  /** Null without `tls`. */
  readonly tlsPort: number | null;
  /** Calls that were answered. */
  readonly answered: () => number;
  stop(): Promise<void>;
}

const host = '127.0.0.1';
const realm = 'carrier.invalid';
const allowed = ['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'INFO', 'UPDATE', 'REFER', 'NOTIFY'];

/** A carrier on loopback: registrar, digest and an echo service at every number. */
export async function startFakeCarrier({
  faults = {},
  account,
  tls,
}: CarrierOptions = {}): Promise<FakeCarrier> {
  const server = await startSip({
    host,
    port: 0,
    log: silentLog,
    ...(tls ? { tls: { port: 0, key: tls.key, cert: tls.cert } } : {}),
  });
  const { controlHost, controlPort, controlSecret: secret } = server;
  const srf = await connectCallControl({ host: controlHost, port: controlPort, secret });
  const admits = guardWith(account);
  const lines = new Set<CarrierAudio>();
  let answered = 0;
  srf.register((req, res) => {
    if (faults.ignoresRegister || !admits(req, res)) return;
    const contact = `<sip:${account?.username ?? 'box'}@${req.source_address}:${req.source_port}>;expires=600`;
    res.send(200, faults.forgetsRegistration ? {} : { headers: { Contact: contact } });
  });
  srf.options((_, res) => res.send(200, { headers: { Allow: allowOf(faults) } }));
  srf.invite((req, res) => {
    if (!admits(req, res)) return;
    if (faults.refusesCallsWith) return res.send(faults.refusesCallsWith);
    const audio = negotiate(req.body, faults);
    if (!audio) return res.send(488, { headers: { Warning: `304 ${realm} "Media type not available"` } });
    void answer(srf, { req, res, audio, faults }).then((line) => {
      lines.add(line);
      answered += 1;
    });
  });
  await settled();
  return {
    port: server.port,
    tlsPort: server.tlsPort,
    answered: () => answered,
    async stop() {
      for (const line of lines) line.stop();
      srf.disconnect();
      await server.stop();
    },
  };
}

/** Handlers are told to the server behind the scenes. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));

const allowOf = ({ allowsNoRefer }: CarrierFaults): string =>
  allowed.filter((method) => !allowsNoRefer || method !== 'REFER').join(', ');

/** Answers with 401, or 404 for a user that it does not know. @returns true for who may go on */
function guardWith(account: CarrierOptions['account']): (req: SrfRequest, res: SrfResponse) => boolean {
  const digest = createDigest({ realm, secret: 'fake carrier', clock: systemClock });
  return (req, res) => {
    if (!account) return true;
    const header = req.get('authorization');
    const user = header && /username="([^"]*)"/.exec(header)?.[1];
    if (user !== undefined && user !== '' && user !== account.username) {
      res.send(404);
      return false;
    }
    const ha1 = createHash('md5').update(`${account.username}:${realm}:${account.password}`).digest('hex');
    if (header && digest.verify({ header, method: req.method, lookup: () => ha1 }).ok) return true;
    res.send(401, { headers: { 'WWW-Authenticate': digest.challenge() } });
    return false;
  };
}

function negotiate(body: string, faults: CarrierFaults): NegotiatedAudio | null {
  const codecs = faults.codecs ?? (['PCMU', 'PCMA'] as const);
  const audio = negotiateAudio(parseOffer(body), { codecs, srtp: faults.refusesSrtp ? 'off' : 'optional' });
  return audio && faults.withoutTelephoneEvent ? { ...audio, dtmfPayloadType: null } : audio;
}

async function answer(
  srf: Srf,
  {
    req,
    res,
    audio,
    faults,
  }: {
    readonly req: SrfRequest;
    readonly res: SrfResponse;
    readonly audio: NegotiatedAudio;
    readonly faults: CarrierFaults;
  },
): Promise<CarrierAudio> {
  const line = await carrierAudio(faults);
  const address = faults.tellsAddress ?? host;
  const localSdp = buildAnswer(audio, { address, port: line.port, sessionId: 1 });
  const headers = {
    Allow: allowOf(faults),
    ...(faults.tellsContact ? { Contact: faults.tellsContact } : {}),
  };
  const dialog = await srf.createUAS(req, res, { localSdp, headers });
  line.start(audio);
  dialog.on('refer', (_, answerTo) => answerTo.send(faults.answersReferWith ?? 202));
  if (faults.hangsUpAfterMs !== undefined) {
    const end = setTimeout(() => void dialog.destroy(), faults.hangsUpAfterMs);
    dialog.on('destroy', () => clearTimeout(end));
  }
  return line;
}

/** A port that takes datagrams and connections and never says a word, as behind a firewall. */
export async function startFakeSilence(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const socket = createSocket('udp4');
  socket.bind(0, host);
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** A port that is free: nobody listens there. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Shakes hands with a certificate and says nothing more. */
export async function startFakeTls(
  certificate: FakeCertificate,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const server = createTlsServer({ key: certificate.key, cert: certificate.cert });
  server.on('tlsClientError', () => {});
  server.on('secureConnection', (socket) => socket.on('error', () => {}));
  server.listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
