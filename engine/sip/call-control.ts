import { connect } from 'node:net';
import DrachtioSrf from 'drachtio-srf';
import { type Log, silentLog, VoxboxError } from '../foundation/index.ts';
import type { Srf } from './srf.ts';

export interface CallControlTarget {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
}

const connectTimeoutMs = 5000;

/**
 * Connects drachtio-srf to the embedded server, or to a drachtio-server elsewhere. A connection that is
 * lost later is taken up again by itself.
 *
 * @throws VoxboxError `call_control_unreachable` where nothing listens there, or the secret is wrong
 */
export async function connectCallControl(server: CallControlTarget, log: Log = silentLog): Promise<Srf> {
  // The package retries a first attempt for ever; whether anybody is there is found out beforehand.
  await probe(server);
  const srf = new DrachtioSrf();
  srf.on('error', (error) => log.warn({ error: String(error) }, 'call control connection error'));
  try {
    await new Promise<void>((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error('no answer to authentication')), connectTimeoutMs);
      srf.once('connect', (error: unknown) => {
        clearTimeout(limit);
        if (error) reject(error);
        else resolve();
      });
      void srf.connect({ host: server.host, port: server.port, secret: server.secret });
    });
  } catch (cause) {
    try {
      srf.disconnect();
    } catch {
      // Already gone: the server closes a connection whose secret is wrong.
    }
    throw unreachable(server, cause);
  }
  // What the package's own types tell too little of; see srf.ts.
  return srf as unknown as Srf;
}

async function probe(server: CallControlTarget): Promise<void> {
  const socket = connect({ host: server.host, port: server.port });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.setTimeout(connectTimeoutMs, () => reject(new Error('connection attempt timed out')));
      socket.once('connect', () => resolve());
      socket.once('error', reject);
    });
  } catch (cause) {
    throw unreachable(server, cause);
  } finally {
    socket.on('error', () => {});
    socket.destroy();
  }
}

const unreachable = (server: CallControlTarget, cause: unknown): VoxboxError =>
  new VoxboxError('call_control_unreachable', `no SIP server takes calls at ${server.host}:${server.port}`, {
    cause,
  });
