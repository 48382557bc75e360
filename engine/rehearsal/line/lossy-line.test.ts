import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { type LossyLine, openLossyLine } from './lossy-line.ts';

const sockets: Socket[] = [];
let line: LossyLine | null = null;

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

afterEach(() => {
  line?.stop();
  for (const socket of sockets.splice(0)) socket.close();
});

const next = async (socket: Socket): Promise<string> => String((await once(socket, 'message'))[0]);

describe('a line that loses packets', () => {
  it('carries both ways, but for those that are lost', async () => {
    const [near, far] = [await bound(), await bound()];
    const draws = [0.9, 0.01, 0.9, 0.9];
    const remote = { address: '127.0.0.1', port: far.address().port };
    const { port, stop } = await openLossyLine({ remote, lossShare: 0.05, chance: () => draws.shift() ?? 1 });
    line = { port, stop };

    near.send('first', port, '127.0.0.1');
    expect(await next(far)).toBe('first');
    near.send('lost', port, '127.0.0.1');
    near.send('third', port, '127.0.0.1');
    expect(await next(far)).toBe('third');
    far.send('back', port, '127.0.0.1');
    expect(await next(near)).toBe('back');
    stop();
    stop();
  });
});
