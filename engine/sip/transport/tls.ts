import { isIP, type Server } from 'node:net';
import { checkServerIdentity, connect, createServer } from 'node:tls';
import { openStream, type StreamOptions, type StreamTransport } from './stream.ts';
import { sourceOf } from './tcp.ts';

/** What outgoing TLS connections trust. */
export interface TlsTrust {
  /** Authorities as PEM; the system's where left out. */
  readonly ca?: string;
  /** False takes any certificate: only where somebody asked for that. */
  readonly verify: boolean;
}

const handshakeTimeoutMs = 8000;

/**
 * SIP over TLS. Outgoing connections check the certificate against the host of the URI (RFC 5922 §7.2);
 * what is wrong with it shows as the `code` of the rejection (`CERT_HAS_EXPIRED`, …).
 *
 * @param options `listen` left out: only outgoing connections
 * @throws the socket's own error, or OpenSSL's for a key or certificate that cannot be read
 */
export function openTls(
  options: StreamOptions & {
    readonly listen?: { readonly port: number; readonly key: string; readonly cert: string };
    readonly trust?: TlsTrust;
  },
): Promise<StreamTransport> {
  const { listen, trust = { verify: true } } = options;
  const server = listen ? secureServer(listen, options) : null;
  return openStream(
    {
      transport: 'tls',
      server,
      port: listen?.port ?? 0,
      readyEvent: 'secureConnection',
      dial: (peer) => {
        const name = peer.serverName ?? peer.address;
        const socket = connect({
          host: peer.address,
          port: peer.port,
          ...sourceOf(options.host),
          ...(isIP(name) ? {} : { servername: name }),
          ...(trust.ca === undefined ? {} : { ca: trust.ca }),
          minVersion: 'TLSv1.2',
          rejectUnauthorized: trust.verify,
          checkServerIdentity: (_, certificate) =>
            trust.verify ? checkServerIdentity(name, certificate) : undefined,
        });
        return { socket, openEvent: 'secureConnect' };
      },
      // Who asks by address only repeats a request on a connection whose name was checked when it was opened.
      servesFor: (known, asked) => !trust.verify || asked === null || isIP(asked) !== 0 || known === asked,
    },
    options,
  );
}

function secureServer(
  listen: { readonly key: string; readonly cert: string },
  { log }: Pick<StreamOptions, 'log'>,
): Server {
  const { key, cert } = listen;
  const server = createServer({ key, cert, minVersion: 'TLSv1.2', handshakeTimeout: handshakeTimeoutMs });
  server.on('tlsClientError', (error, socket) => {
    log.debug({ error: error.message }, 'tls handshake failed');
    socket.destroy();
  });
  return server;
}
