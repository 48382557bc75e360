import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame, FrameReader, maxFrameBytes } from './frames.ts';

describe('frames', () => {
  test('messages survive any division of the stream', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ id: fc.nat(), text: fc.string(), samples: fc.float32Array() }), {
          maxLength: 5,
        }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (messages, sizes) => {
          const stream = Buffer.concat(messages.map(encodeFrame));
          const reader = new FrameReader();
          const received: unknown[] = [];
          for (let at = 0, turn = 0; at < stream.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1;
            received.push(...reader.push(stream.subarray(at, at + size)));
            at += size;
          }
          expect(received).toEqual(messages);
        },
      ),
    );
  });

  test('audio travels as its own kind of array, and only the part that is looked at', () => {
    const samples = Int16Array.of(1, -2, 3, -4).subarray(1, 3);
    const [message] = [...new FrameReader().push(encodeFrame({ samples }))];
    expect(message).toEqual({ samples: Int16Array.of(-2, 3) });
  });

  test('refuses a frame that nobody can have meant', () => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(maxFrameBytes + 1);
    expect(() => [...new FrameReader().push(head)]).toThrow(RangeError);
  });
});
