import { connect, createServer, type Socket } from 'node:net';
import { silentLog } from '../../foundation/index.ts';
import { connectCallControl } from '../call-control.ts';
import { fakeAuthority } from '../fake-certificate.ts';
import { startSip } from '../server.ts';
import type { Srf } from '../srf.ts';

/** Hurried, so that what nobody answers is over in a second. */
const timers = { t1Ms: 10, t2Ms: 40, t4Ms: 50 };
const authority = fakeAuthority();

const loopback = '127.0.0.1';

/** One end of the wire for tests: a SIP server on real sockets and the call control that drives it. */
export interface FakeSide {
  readonly srf: Srf;
  readonly port: number;
  readonly tlsPort: number;
  /** Idempotent. */
  readonly end: () => Promise<void>;
}

export async function fakeSide(options: { readonly host: string; readonly port: number }): Promise<FakeSide> {
  const server = await startSip({
    ...options,
    tls: { port: 0, ...authority.issue([options.host]) },
    tlsTrust: { ca: authority.cert, verify: true },
    log: silentLog,
    timers,
  });
  const { controlHost, controlPort, controlSecret: secret } = server;
  const srf = await connectCallControl({ host: controlHost, port: controlPort, secret });
  let ended: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    srf.disconnect();
    await server.stop();
  };
  return {
    srf,
    port: server.port,
    tlsPort: server.tlsPort ?? 0,
    end: () => {
      ended ??= stop();
      return ended;
    },
  };
}

/** Passes connections on, until they are cut without a word to the side that they came from. */
export async function fakeRouter(to: number) {
  const pairs = new Set<Socket>();
  const server = createServer((inner) => {
    const outer = connect(to, loopback);
    for (const socket of [inner, outer]) {
      pairs.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => pairs.delete(socket));
    }
    inner.pipe(outer);
    outer.pipe(inner);
  });
  await new Promise<void>((resolve) => server.listen(0, loopback, resolve));
  const address = server.address();
  const cut = (): void => {
    for (const socket of pairs) socket.destroy();
  };
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    cut,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}
