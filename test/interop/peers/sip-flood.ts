import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/**
 * A program of its own: sends REGISTER and OPTIONS in turn to a port of the loopback at a steady rate.
 * Arguments: port, requests per second, seconds, how many sources (127.9.0.0, 127.9.0.1, …) take turns, and
 * an address of this machine in place of the loopback. Writes how many it sent and how many answers it got.
 */
const [port = 0, perS = 0, seconds = 0, sourceCount = 1] = process.argv.slice(2, 6).map(Number);
const own = process.argv[6];
const host = own ?? '127.0.0.1';
const sockets = await Promise.all(
  Array.from({ length: sourceCount }, async (_, index) => {
    const socket = createSocket('udp4');
    socket.bind(0, own ?? `127.9.${index >> 8}.${index & 255}`);
    await once(socket, 'listening');
    return socket;
  }),
);
let [sent, answers] = [0, 0];
for (const socket of sockets) {
  socket.on('message', () => {
    answers += 1;
  });
}

const request = (number: number, address: string, ownPort: number): string => {
  const method = number % 2 === 0 ? 'REGISTER' : 'OPTIONS';
  return [
    `${method} sip:${host}:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${address}:${ownPort};branch=z9hG4bK${process.pid}.${number};rport`,
    'Max-Forwards: 70',
    `From: <sip:desk@${host}>;tag=${number}`,
    `To: <sip:desk@${host}>`,
    `Call-ID: ${process.pid}.${number}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:desk@${address}:${ownPort}>`,
    'User-Agent: Desk 1.0',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
};

const fromMs = performance.now();
const tick = setInterval(() => {
  const elapsedMs = performance.now() - fromMs;
  const due = Math.min(elapsedMs / 1000, seconds) * perS;
  for (; sent < due; sent += 1) {
    const socket = sockets[sent % sockets.length];
    if (!socket) break;
    const { address, port: ownPort } = socket.address();
    socket.send(request(sent, address, ownPort), port, host);
  }
  if (elapsedMs < seconds * 1000) return;
  clearInterval(tick);
  setTimeout(() => {
    process.stdout.write(`${JSON.stringify({ sent, answers })}\n`);
    for (const socket of sockets) socket.close();
  }, 300);
}, 5);
