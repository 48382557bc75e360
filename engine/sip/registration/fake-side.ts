import { silentLog } from '../../foundation/index.ts';
import { connectCallControl } from '../call-control.ts';
import { fakeAuthority } from '../fake-certificate.ts';
import { startSip } from '../server.ts';
import type { Srf } from '../srf.ts';

/** Hurried, so that what nobody answers is over in a second. */
const timers = { t1Ms: 10, t2Ms: 40, t4Ms: 50 };
const authority = fakeAuthority();

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
