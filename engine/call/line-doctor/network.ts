import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { promises as dns } from 'node:dns';
import { connect as connectTcp, isIP, isIPv6 } from 'node:net';
import { checkServerIdentity, connect as connectTls, type PeerCertificate } from 'node:tls';
import type { TransportName } from '../../sip/index.ts';
import type { CertificateSeen, PortSeen } from './model.ts';

export interface Place {
  readonly address: string;
  readonly port: number;
}

/** What the doctor asks the network without the SIP server. Never rejects. */
export interface NetworkProbe {
  /** RFC 3263 §4 without NAPTR: SRV where no port is given, then addresses. */
  resolve(name: {
    readonly host: string;
    readonly port: number | null;
    readonly transport: TransportName;
  }): Promise<{ readonly places: readonly Place[]; readonly trouble: string | null }>;
  connects(place: Place, timeoutMs: number): Promise<PortSeen>;
  /** @param serverName what the certificate has to be for */
  certificate(
    place: Place,
    options: { readonly serverName: string; readonly ca?: string; readonly timeoutMs: number },
  ): Promise<CertificateSeen>;
  /** OPTIONS from a socket of its own: any SIP answer counts. */
  answersUdp(place: Place, options: { readonly tries: number; readonly waitMs: number }): Promise<PortSeen>;
}

export const defaultPorts = { udp: 5060, tcp: 5060, tls: 5061 } as const satisfies Record<
  TransportName,
  number
>;
const srvTimeoutMs = 2000;

export const systemNetwork: NetworkProbe = { resolve, connects, certificate, answersUdp };

async function resolve({
  host,
  port,
  transport,
}: {
  readonly host: string;
  readonly port: number | null;
  readonly transport: TransportName;
}): Promise<{ places: Place[]; trouble: string | null }> {
  const fallback = port ?? defaultPorts[transport];
  if (isIP(host) !== 0) return { places: [{ address: host, port: fallback }], trouble: null };
  const service = port === null && host !== 'localhost' ? await findService(host, transport) : null;
  try {
    const found = await dns.lookup(service?.name ?? host, { all: true });
    // IPv4 first: that is what calls use.
    const places = found
      .toSorted((one, other) => one.family - other.family)
      .map(({ address }) => ({ address, port: service?.port ?? fallback }));
    return { places, trouble: places.length === 0 ? 'no address' : null };
  } catch (error) {
    return { places: [], trouble: codeOf(error) };
  }
}

async function findService(host: string, transport: TransportName) {
  const resolver = new dns.Resolver({ timeout: srvTimeoutMs, tries: 1 });
  const label = transport === 'tls' ? '_sips._tcp' : `_sip._${transport}`;
  const records = await resolver.resolveSrv(`${label}.${host}`).catch(() => []);
  return records.toSorted((a, b) => a.priority - b.priority || b.weight - a.weight)[0] ?? null;
}

const closed = (trouble: PortSeen['trouble']): PortSeen => ({ open: false, trouble, rttMs: null });
const open = (sinceMs: number): PortSeen => ({
  open: true,
  trouble: null,
  rttMs: performance.now() - sinceMs,
});

function troubleOf(error: unknown): PortSeen['trouble'] {
  const code = codeOf(error);
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return 'refused';
  return code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'EADDRNOTAVAIL'
    ? 'unreachable'
    : 'silent';
}

function connects({ address, port }: Place, timeoutMs: number): Promise<PortSeen> {
  const sinceMs = performance.now();
  const socket = connectTcp({ host: address, port });
  return new Promise((settle) => {
    const end = (seen: PortSeen): void => {
      socket.destroy();
      settle(seen);
    };
    socket.setTimeout(timeoutMs, () => end(closed('silent')));
    socket.once('connect', () => end(open(sinceMs)));
    socket.on('error', (error) => end(closed(troubleOf(error))));
  });
}

/** Looks at the certificate whatever it is, so that it can be told what is wrong with it. */
function certificate(
  { address, port }: Place,
  {
    serverName,
    ca,
    timeoutMs,
  }: { readonly serverName: string; readonly ca?: string; readonly timeoutMs: number },
): Promise<CertificateSeen> {
  const socket = connectTls({
    host: address,
    port,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...(isIP(serverName) ? {} : { servername: serverName }),
    ...(ca === undefined ? {} : { ca }),
  });
  return new Promise((settle) => {
    const end = (seen: CertificateSeen): void => {
      socket.destroy();
      settle(seen);
    };
    const broken = (detail: string): void =>
      end({ trouble: 'handshake', detail, subject: null, issuer: null, validUntil: null });
    socket.setTimeout(timeoutMs, () => broken('no answer to the handshake'));
    socket.on('error', (error) => broken(codeOf(error)));
    socket.once('secureConnect', () => {
      const shown = socket.getPeerCertificate();
      const chain = socket.authorized ? null : String(socket.authorizationError);
      end(judged(shown, { chain, serverName }));
    });
  });
}

function judged(
  shown: PeerCertificate,
  { chain, serverName }: { readonly chain: string | null; readonly serverName: string },
): CertificateSeen {
  const facts = {
    subject: nameOf(shown.subject),
    issuer: nameOf(shown.issuer),
    validUntil: shown.valid_to ?? null,
  };
  if (chain !== null) {
    const trouble = /EXPIRED/.test(chain)
      ? 'expired'
      : /NOT_YET_VALID/.test(chain)
        ? 'not-yet-valid'
        : 'untrusted';
    return { trouble, detail: chain, ...facts };
  }
  const mismatch = checkServerIdentity(serverName, shown);
  if (mismatch) return { trouble: 'wrong-name', detail: mismatch.message, ...facts };
  return { trouble: null, detail: 'trusted', ...facts };
}

const nameOf = (name: PeerCertificate['subject'] | undefined): string | null => {
  const value = name?.CN ?? name?.O;
  return (Array.isArray(value) ? value[0] : value) ?? null;
};

async function answersUdp(
  { address, port }: Place,
  { tries, waitMs }: { readonly tries: number; readonly waitMs: number },
): Promise<PortSeen> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  let repeat: NodeJS.Timeout | undefined;
  try {
    return await new Promise((settle) => {
      let sent = 0;
      let sinceMs = 0;
      let refused = false;
      const send = (): void => {
        if (sent === tries) {
          settle(closed(refused ? 'refused' : 'silent'));
          return;
        }
        sent += 1;
        sinceMs = performance.now();
        socket.send(optionsRequest({ address, port }, socket.address()), () => {});
        repeat = setTimeout(send, waitMs);
      };
      // A connected socket is told of ICMP's "port unreachable"; one such word may be about an earlier user of the port.
      socket.on('error', (error) => {
        refused ||= troubleOf(error) === 'refused';
        if (troubleOf(error) === 'unreachable') settle(closed('unreachable'));
      });
      socket.on('message', (octets) => {
        if (octets.toString('latin1', 0, 8) === 'SIP/2.0 ') settle(open(sinceMs));
      });
      socket.connect(port, address, send);
    });
  } finally {
    clearTimeout(repeat);
    socket.removeAllListeners().on('error', () => {});
    socket.close();
  }
}

function optionsRequest(to: Place, own: Place): string {
  const host = (place: Place): string =>
    `${isIPv6(place.address) ? `[${place.address}]` : place.address}:${place.port}`;
  const token = randomBytes(8).toString('hex');
  return [
    `OPTIONS sip:${host(to)} SIP/2.0`,
    `Via: SIP/2.0/UDP ${host(own)};branch=z9hG4bK${token};rport`,
    'Max-Forwards: 70',
    `From: <sip:line-test@${host(own)}>;tag=${token}`,
    `To: <sip:${host(to)}>`,
    `Call-ID: ${token}@line-test`,
    'CSeq: 1 OPTIONS',
    `Contact: <sip:line-test@${host(own)}>`,
    'Accept: application/sdp',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

const codeOf = (error: unknown): string => {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.message : String(error);
};
