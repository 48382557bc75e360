import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { type Config, type Log, splitHostPort, VoxboxError } from '../foundation/index.ts';
import {
  askStun,
  type CallControlTarget,
  type SipServerOptions,
  startSip,
  type TlsTrust,
} from '../sip/index.ts';

const stunTimeoutMs = 4000;

/** Where calls are signalled. */
export interface Signalling {
  readonly control: CallControlTarget;
  /** 0 where an external server listens. */
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * The embedded SIP server, or the way to the external one that the configuration names.
 *
 * @throws VoxboxError `port_in_use`, `certificate_invalid`
 */
export async function startSignalling(
  config: Config,
  watch: Required<Pick<SipServerOptions, 'log' | 'guard' | 'onTrace' | 'externalAddress'>>,
): Promise<Signalling> {
  const { sipControlServer, sipControlSecret } = config;
  const external = sipControlServer === undefined ? null : splitHostPort(sipControlServer);
  if (external) {
    watch.log.info({ server: sipControlServer }, 'an external sip server carries the calls');
    return {
      control: { ...external, secret: sipControlSecret ?? '' },
      port: config.sipPort,
      stop: async () => {},
    };
  }
  const tls = tlsOf(config);
  const sip = await startSip({
    host: config.sipHost,
    port: config.sipPort,
    ...watch,
    tlsTrust: tlsTrustOf(config),
    ...(tls ? { tls } : {}),
  });
  return {
    control: { host: sip.controlHost, port: sip.controlPort, secret: sip.controlSecret },
    port: sip.port,
    stop: () => sip.stop(),
  };
}

/** @throws VoxboxError `certificate_invalid` where a file cannot be read */
function tlsOf(config: Config): SipServerOptions['tls'] {
  const { sipTlsKey, sipTlsCert, sipTlsPort } = config;
  if (sipTlsKey === undefined || sipTlsCert === undefined) return undefined;
  try {
    return { port: sipTlsPort, key: readFileSync(sipTlsKey, 'utf8'), cert: readFileSync(sipTlsCert, 'utf8') };
  } catch (cause) {
    throw new VoxboxError('certificate_invalid', 'the TLS key or certificate cannot be read', { cause });
  }
}

/**
 * Whom connections to carriers and PBXs trust: public authorities, and those that the configuration adds.
 *
 * @throws VoxboxError `certificate_invalid` where the file holds no certificate
 */
export function tlsTrustOf({ sipTlsCa }: Pick<Config, 'sipTlsCa'>): TlsTrust {
  if (sipTlsCa === undefined) return { verify: true };
  try {
    const added = readFileSync(sipTlsCa, 'utf8');
    // One that cannot be read would show only when a connection is made.
    new X509Certificate(added);
    return { verify: true, ca: [...getCACertificates(), added].join('\n') };
  } catch (cause) {
    throw new VoxboxError('certificate_invalid', 'sipTlsCa names no certificate', { cause });
  }
}

/** The address under which the internet sees the box, as configured or asked for; null where neither tells. */
export async function askExternal(config: Config, log: Log): Promise<string | null> {
  if (config.sipExternalAddress !== undefined) return config.sipExternalAddress;
  if (config.stunServer === undefined) return null;
  const seen = await askStun({ server: config.stunServer, timeoutMs: stunTimeoutMs });
  if (!seen) log.warn({ server: config.stunServer }, 'the STUN server does not answer');
  return seen?.address ?? null;
}
