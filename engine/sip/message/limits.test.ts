import { describe, expect, it } from 'vitest';
import { maxParams, maxPieces, parseParams, splitOutside } from './grammar.ts';
import { maxHeadBytes } from './model.ts';
import { parseMessage } from './parse.ts';
import { parseUri } from './uri.ts';

describe('what nobody honest sends', () => {
  it('is refused by its size before it is read', () => {
    const head = `OPTIONS sip:a@b SIP/2.0\r\nCall-ID: x\r\nSubject: ${'x'.repeat(maxHeadBytes)}\r\n\r\n`;
    const parsed = parseMessage(Buffer.from(head));
    expect(parsed?.problem?.status).toBe(513);
    expect(parsed?.message.headers[0]).toEqual({ name: 'Call-ID', value: 'x' });
  });

  it('is refused by the number of its lines', () => {
    const text = (count: number) => `OPTIONS sip:a@b SIP/2.0\r\n${'a: b\r\n'.repeat(count)}\r\n`;
    expect(parseMessage(Buffer.from(text(255)))?.problem).toBe(null);
    expect(parseMessage(Buffer.from(text(256)))?.problem?.reason).toBe('Too Many Headers');
    expect(parseMessage(Buffer.from(text(3000)))?.problem?.reason).toBe('Too Many Headers');
  });

  it('is cut off where it is a list, and malformed where it is parameters', () => {
    expect(splitOutside(','.repeat(60_000), ',').length).toBe(maxPieces + 1);
    expect(parseParams(';a=b'.repeat(maxParams))).not.toBe(null);
    expect(parseParams(';a=b'.repeat(maxParams + 1))).toBe(null);
    expect(parseUri(`sip:a@b${';a'.repeat(maxParams)}`)).not.toBe(null);
    expect(parseUri(`sip:a@b${';a'.repeat(maxParams + 1)}`)).toBe(null);
  });
});
