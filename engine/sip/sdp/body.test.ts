import { describe, expect, it } from 'vitest';
import { descriptionOf } from './body.ts';

const sdp = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1';
const part = (type: string, content: string): string => `--b1\r\nContent-Type: ${type}\r\n\r\n${content}\r\n`;
const mixed = (...parts: readonly string[]): string => `${parts.join('')}--b1--\r\n`;

describe('the description in a body', () => {
  it('is the body where it has one part', () => {
    for (const type of [undefined, 'application/sdp', 'text/plain'])
      expect(descriptionOf(type, sdp)).toBe(sdp);
  });

  it.each(['multipart/mixed;boundary=b1', 'multipart/mixed; type=x; Boundary="b1"; y=z'])(
    'is found by %s',
    (type) => {
      const location = part('application/pidf+xml', '<presence/>');
      expect(descriptionOf(type, mixed(location, part('application/sdp', sdp)))).toBe(sdp);
      expect(descriptionOf(type, `a preamble\r\n${mixed(part('Application/SDP; x=y', sdp), location)}`)).toBe(
        sdp,
      );
      expect(descriptionOf(type, mixed(location))).toBe('');
      expect(descriptionOf(type, '')).toBe('');
    },
  );
});
