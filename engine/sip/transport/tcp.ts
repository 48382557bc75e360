import { connect, createServer } from 'node:net';
import { isUnspecified } from './local-address.ts';
import { openStream, type StreamOptions, type StreamTransport } from './stream.ts';

/** @throws the socket's own error (EADDRINUSE, EADDRNOTAVAIL, …) */
export const openTcp = (options: StreamOptions & { readonly port: number }): Promise<StreamTransport> =>
  openStream(
    {
      transport: 'tcp',
      server: createServer({ keepAlive: true }),
      port: options.port,
      readyEvent: 'connection',
      dial: ({ address, port }) => ({
        socket: connect({ host: address, port, ...sourceOf(options.host) }),
        openEvent: 'connect',
      }),
      servesFor: () => true,
    },
    options,
  );

/** Peers know us by the address that we are bound to. */
export const sourceOf = (host: string): { readonly localAddress?: string } =>
  isUnspecified(host) ? {} : { localAddress: host };
