import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Frame, StreamFramer } from './framing.ts';

const first = 'OPTIONS sip:a@b SIP/2.0\r\nl : 3\r\nX: y\r\n\r\nabc';
const second = 'OPTIONS sip:c@d SIP/2.0\r\nContent-Length: 0\r\n\r\n';
const texts = (frames: readonly Frame[]): string[] =>
  frames.map((frame) => (frame.kind === 'ping' ? 'ping' : `${frame.kind} ${frame.octets.toString()}`));

describe('stream framing', () => {
  it('cuts out the same messages wherever the stream is split', () => {
    const stream = Buffer.from(`\r\n\r\n${first}\r\n\r\n${second}${first}`);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 20 }), (cuts) => {
        const framer = new StreamFramer();
        const points = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        const frames = points.flatMap((point, i) =>
          framer.push(stream.subarray(point, points[i + 1] ?? point)),
        );
        expect(texts(frames)).toEqual([
          'ping',
          `message ${first}`,
          'ping',
          `message ${second}`,
          `message ${first}`,
        ]);
        expect(framer.isPartial).toBe(false);
      }),
    );
  });

  it.each([
    ['no length', 'OPTIONS sip:a@b SIP/2.0\r\n\r\n'],
    ['a negative length', 'OPTIONS sip:a@b SIP/2.0\r\nContent-Length: -1\r\n\r\n'],
    ['two lengths', 'OPTIONS sip:a@b SIP/2.0\r\nl: 1\r\nContent-Length: 2\r\n\r\n'],
    ['a length above the limit', 'OPTIONS sip:a@b SIP/2.0\r\nl: 70000\r\n\r\n'],
  ])('gives the stream up at %s', (_, head) => {
    const framer = new StreamFramer();
    expect(texts(framer.push(Buffer.from(`${head}rest`)))).toEqual([`lost ${head}`]);
    expect(framer.push(Buffer.from(second))).toEqual([]);
  });

  it('answers a flood of line ends once, and takes half a keep-alive for no message', () => {
    const framer = new StreamFramer();
    expect(texts(framer.push(Buffer.from('\r\n'.repeat(32_000))))).toEqual(['ping']);
    expect(framer.push(Buffer.from('\r\n'))).toEqual([]);
    expect(framer.isPartial).toBe(false);
    expect(texts(framer.push(Buffer.from(second)))).toEqual([`message ${second}`]);
  });

  it('gives the stream up when a header section never ends', () => {
    const framer = new StreamFramer();
    let frames: Frame[] = [];
    for (let i = 0; i < 70 && frames.length === 0; i++) frames = framer.push(Buffer.alloc(1000, 'x'));
    expect(frames.map(({ kind }) => kind)).toEqual(['lost']);
  });
});
