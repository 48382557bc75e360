import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { promises as dns } from 'node:dns';
import { isIPv6 } from 'node:net';
import {
  type MappedAddress,
  readBindingResponse,
  transactionIdBytes,
  writeBindingRequest,
} from './stun-message.ts';

const defaultPort = 3478;
/** RFC 8489 §6.2.1: repeated after 0.5 s, then after twice as long each time. */
const firstRepeatMs = 500;

export interface StunOptions {
  /** `host` or `host:port` of a STUN server (IPv6 in brackets). */
  readonly server: string;
  /** Address to ask from; every interface where left out. */
  readonly localAddress?: string;
  readonly timeoutMs: number;
}

/**
 * Asks a STUN server which address it sees us at. The address holds for other destinations too; the port
 * only for the socket that asked, which is closed again.
 *
 * @returns null where nobody answered in time; never rejects
 */
export async function askStun(options: StunOptions): Promise<MappedAddress | null> {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::([0-9]{1,5}))?$/.exec(options.server);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? defaultPort);
  if (host === undefined || port < 1 || port > 65535) return null;
  const remote = await dns.lookup(host).catch(() => null);
  if (!remote) return null;
  const transactionId = randomBytes(transactionIdBytes);
  const request = writeBindingRequest(transactionId);
  const socket = createSocket(isIPv6(remote.address) ? 'udp6' : 'udp4');
  const timers: NodeJS.Timeout[] = [];
  const answer = await new Promise<MappedAddress | null>((resolve) => {
    const ask = (delayMs: number): void => {
      socket.send(request, port, remote.address, (error) => error && resolve(null));
      timers.push(setTimeout(ask, delayMs, delayMs * 2));
    };
    socket.on('error', () => resolve(null));
    socket.on('message', (octets) => {
      const mapped = readBindingResponse(octets, transactionId);
      if (mapped) resolve(mapped);
    });
    timers.push(setTimeout(resolve, options.timeoutMs, null));
    socket.bind(0, options.localAddress, () => ask(firstRepeatMs));
  });
  for (const timer of timers) clearTimeout(timer);
  socket.close();
  return answer;
}
