import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

export type Transport = 'UDP' | 'TCP';

/** Null when the port is free; otherwise the system's word for why it is not. */
export function portTrouble(transport: Transport, host: string, port: number): Promise<string | null> {
  return transport === 'UDP' ? udpTrouble(host, port) : tcpTrouble(host, port);
}

function tcpTrouble(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(codeOf(error)));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

function udpTrouble(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      resolve(codeOf(error));
    });
    socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => resolve(null)));
  });
}

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.message);
