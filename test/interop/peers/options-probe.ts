import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';

/** Sends one OPTIONS over UDP on the loopback. @returns the status of the first answer; null where none came in time */
export async function askOptions(options: {
  readonly port: number;
  readonly timeoutMs: number;
}): Promise<number | null> {
  const host = '127.0.0.1';
  const token = randomBytes(8).toString('hex');
  const socket = createSocket('udp4');
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  const lines = [
    `OPTIONS sip:${host}:${options.port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${host}:${socket.address().port};branch=z9hG4bK${token};rport`,
    'Max-Forwards: 70',
    `From: <sip:probe@${host}>;tag=${token}`,
    `To: <sip:${host}:${options.port}>`,
    `Call-ID: ${token}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
  ];
  const status = await new Promise<number | null>((resolve) => {
    const timer = setTimeout(() => resolve(null), options.timeoutMs);
    socket.on('message', (datagram) => {
      clearTimeout(timer);
      resolve(Number(/^SIP\/2\.0 (\d{3})/.exec(datagram.toString('latin1'))?.[1] ?? 0));
    });
    socket.send(`${lines.join('\r\n')}\r\n\r\n`, options.port, host);
  });
  socket.close();
  return status;
}
