import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface LossyLine {
  /** On the loopback; what arrives here goes to the other side, and what comes from there goes back. */
  readonly port: number;
  /** Idempotent. */
  stop(): void;
}

/**
 * A stretch of the way that loses packets, in both directions alike.
 *
 * @param options.lossShare 0–1
 * @param options.chance 0 ≤ x < 1, a new one each time
 */
export async function openLossyLine(options: {
  readonly remote: { readonly address: string; readonly port: number };
  readonly lossShare: number;
  readonly chance: () => number;
}): Promise<LossyLine> {
  const { remote, lossShare, chance } = options;
  const socket = createSocket('udp4');
  let near: { readonly address: string; readonly port: number } | null = null;
  socket.on('message', (packet, source) => {
    const isFar = source.port === remote.port && source.address === remote.address;
    if (!isFar) near = source;
    const to = isFar ? near : remote;
    if (to && chance() >= lossShare) socket.send(packet, to.port, to.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  let isOpen = true;
  return {
    port: socket.address().port,
    stop() {
      if (isOpen) socket.close();
      isOpen = false;
    },
  };
}
