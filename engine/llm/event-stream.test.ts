import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventsOf } from './event-stream.ts';

const inPieces = (text: string, cuts: readonly number[]): Response => {
  const bytes = Buffer.from(text);
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return new Response(
    new ReadableStream({
      start(controller) {
        let at = 0;
        for (const end of [...ends, bytes.length]) {
          controller.enqueue(Uint8Array.from(bytes.subarray(at, end)));
          at = end;
        }
        controller.close();
      },
    }),
  );
};

it('reads the same events wherever the network cuts them', async () => {
  const text =
    ': a comment\r\ndata: {"a":1}\r\n\r\nevent: x\ndata:two\ndata: lines\n\ndata: naïve ☎\n\ndata: last';
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(200), { maxLength: 20 }), async (cuts) => {
      expect(await Array.fromAsync(eventsOf(inPieces(text, cuts)))).toEqual([
        '{"a":1}',
        'two\nlines',
        'naïve ☎',
        'last',
      ]);
    }),
    { numRuns: 50 },
  );
});

it('does not gather for ever what has no end', async () => {
  const endless = new Response('x'.repeat(2 * 1024 * 1024));
  await expect(Array.fromAsync(eventsOf(endless))).rejects.toThrow('without an end');
});
