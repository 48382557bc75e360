import { silentLog } from '../foundation/index.ts';
import { connectCallControl } from './call-control.ts';
import { type SipServer, type SipServerOptions, startSip } from './server.ts';
import type { Srf } from './srf.ts';

/** One side of a line between two servers on loopback: the server and the call control that drives it. */
export interface FakeParty {
  readonly server: SipServer;
  readonly srf: Srf;
  stop(): Promise<void>;
}

/** @param options `timers` are hurried where left out */
export async function fakeParty(options: Partial<SipServerOptions> = {}): Promise<FakeParty> {
  const timers = { t1Ms: 20, t2Ms: 80, t4Ms: 100 };
  const server = await startSip({ host: '127.0.0.1', port: 0, log: silentLog, timers, ...options });
  const srf = await connectCallControl({
    host: server.controlHost,
    port: server.controlPort,
    secret: server.controlSecret,
  });
  return {
    server,
    srf,
    stop: async () => {
      srf.disconnect();
      await server.stop();
    },
  };
}

/** The server learns of a handler over the control connection. */
export const routesAreKnown = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

export const fakeSdp = (port: number, version = 1): string =>
  [
    'v=0',
    `o=- 1 ${version} IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP 0`,
    'a=sendrecv',
    '',
  ].join('\r\n');
