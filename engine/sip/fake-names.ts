import { createSocket } from 'node:dgram';
import type { Names, Service } from './transport/names.ts';

/** Names that a test makes up. */
export const fakeNames = (known: {
  readonly services?: Readonly<Record<string, readonly Service[]>>;
  readonly addresses?: Readonly<Record<string, readonly string[]>>;
}): Names => ({
  services: async (name) => known.services?.[name] ?? [],
  addresses: async (name) => {
    const found = known.addresses?.[name];
    if (!found) throw Object.assign(new Error(`no address of ${name}`), { code: 'ENOTFOUND' });
    return found;
  },
});

/** A DNS server on loopback that knows SRV records of one name and nothing else (RFC 1035 §4, RFC 2782). */
export async function fakeDns(name: string, services: readonly Service[]) {
  const socket = createSocket('udp4');
  const labels = (text: string): Buffer =>
    Buffer.concat([
      ...text.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
      Buffer.from([0]),
    ]);
  socket.on('message', (query, from) => {
    const question = query.subarray(12, 12 + query.subarray(12).indexOf(0) + 5);
    const isKnown = question.subarray(0, -4).equals(labels(name));
    const answers = (isKnown ? services : []).map((service) => {
      const target = labels(service.name);
      const fixed = Buffer.alloc(18);
      // A pointer to the question's name, SRV, IN, 60 s, and the length of what follows.
      fixed.writeUInt16BE(0xc00c, 0);
      fixed.writeUInt16BE(33, 2);
      fixed.writeUInt16BE(1, 4);
      fixed.writeUInt32BE(60, 6);
      fixed.writeUInt16BE(6 + target.length, 10);
      fixed.writeUInt16BE(service.priority, 12);
      fixed.writeUInt16BE(service.weight, 14);
      fixed.writeUInt16BE(service.port, 16);
      return Buffer.concat([fixed, target]);
    });
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(isKnown ? 0x8180 : 0x8183, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(answers.length, 6);
    socket.send(Buffer.concat([head, question, ...answers]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    server: `127.0.0.1:${socket.address().port}`,
    stop: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  };
}
