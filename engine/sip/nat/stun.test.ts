import { createSocket, type Socket } from 'node:dgram';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { askStun } from './stun.ts';
import { readBindingResponse, writeBindingRequest } from './stun-message.ts';

/** RFC 5769 §2.2 and §2.3: the test vectors' answers, without the check sums at their ends. */
const transactionId = Buffer.from('b7e7a701bc34d686fa87dfae', 'hex');
const software = '8022000b7465737420766563746f7220';
const vectors = {
  ipv4: `0101001c2112a442b7e7a701bc34d686fa87dfae${software}002000080001a147e112a643`,
  ipv6: `010100282112a442b7e7a701bc34d686fa87dfae${software}002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9`,
};

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

/** Answers the `nth` request with what the test makes of it. */
async function fakeStun(nth: number, answer: (request: Buffer, port: number) => Buffer): Promise<string> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  let heard = 0;
  socket.on('message', (octets, from) => {
    heard += 1;
    if (heard >= nth) socket.send(answer(octets, from.port), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return `127.0.0.1:${socket.address().port}`;
}

describe('STUN', () => {
  it('reads the test vectors of RFC 5769', () => {
    expect(readBindingResponse(Buffer.from(vectors.ipv4, 'hex'), transactionId)).toEqual({
      address: '192.0.2.1',
      port: 32_853,
    });
    expect(readBindingResponse(Buffer.from(vectors.ipv6, 'hex'), transactionId)).toEqual({
      address: '2001:db8:1234:5678:11:2233:4455:6677',
      port: 32_853,
    });
  });

  it('takes no answer to somebody else', () => {
    expect(readBindingResponse(Buffer.from(vectors.ipv4, 'hex'), Buffer.alloc(12))).toBeNull();
  });

  it('reads nothing out of rubbish, and throws nothing', () => {
    const vector = Buffer.from(vectors.ipv4, 'hex');
    const change = fc.record({
      at: fc.nat(vector.length - 1),
      to: fc.nat(255),
      length: fc.nat(vector.length),
    });
    fc.assert(
      fc.property(change, ({ at, to, length }) => {
        const octets = Buffer.from(vector.subarray(0, length));
        if (at < length) octets[at] = to;
        const read = readBindingResponse(octets, transactionId);
        expect(read === null || read.port <= 65535).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('asks again where a request was lost, and is told its own port', async () => {
    let seenPort = 0;
    const server = await fakeStun(2, (request, port) => {
      seenPort = port;
      const head = Buffer.from(request);
      head.writeUInt16BE(0x0101, 0);
      head.writeUInt16BE(12, 2);
      const attribute = Buffer.from([0, 0x20, 0, 8, 0, 1, 0, 0, 0, 0, 0, 0]);
      attribute.writeUInt16BE(port ^ 0x2112, 6);
      attribute.writeUInt32BE((0x7f000001 ^ 0x2112a442) >>> 0, 8);
      return Buffer.concat([head, attribute]);
    });
    expect(await askStun({ server, timeoutMs: 5000 })).toEqual({ address: '127.0.0.1', port: seenPort });
  });

  it('gives up where nobody answers, or nothing that can be read', async () => {
    const server = await fakeStun(1, () => writeBindingRequest(transactionId));
    expect(await askStun({ server, timeoutMs: 50 })).toBeNull();
    expect(await askStun({ server: 'not a server', timeoutMs: 50 })).toBeNull();
  });
});
