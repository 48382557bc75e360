import type { SipMessage } from './model.ts';

/** The message's octets; Content-Length is that of the body. */
export function serialise(message: SipMessage): Buffer {
  const first =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`;
  const lines = message.headers.map((header) => `${header.name}: ${header.value}\r\n`);
  const head = `${first}\r\n${lines.join('')}Content-Length: ${message.body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), message.body]);
}
