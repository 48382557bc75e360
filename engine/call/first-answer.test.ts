import { describe, expect, it } from 'vitest';
import { VoxboxError } from '../foundation/index.ts';
import { firstAnswer, type RingOne } from './first-answer.ts';

/** Fake phone: rings until it is told to answer or refuse, or is cancelled. */
function fakePhone(name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const seen = { rung: false, cancelled: false };
  const ring: RingOne<string> = (signal) => {
    seen.rung = true;
    signal.addEventListener('abort', () => {
      seen.cancelled = true;
      reject(new VoxboxError('callee_no_answer', `${name} was cancelled`));
    });
    return promise;
  };
  return { name, ring, seen, answer: () => resolve(name), refuse: (error: Error) => reject(error) };
}

const busy = (): VoxboxError => new VoxboxError('callee_busy', 'busy');

function group(strategy: 'all' | 'in-turn', ringMs = 60_000) {
  const phones = [fakePhone('a'), fakePhone('b'), fakePhone('c')] as const;
  const abort = new AbortController();
  const released: string[] = [];
  const result = firstAnswer(
    phones.map((phone) => phone.ring),
    { strategy, ringMs, signal: abort.signal, release: async (answer) => void released.push(answer) },
  );
  return { phones, abort, released, result };
}

describe('ringing several phones', () => {
  it('takes the first who answers and cancels the others', async () => {
    const { phones, result, released } = group('all');
    phones[1].answer();
    expect(await result).toBe('b');
    expect([phones[0].seen.cancelled, phones[2].seen.cancelled]).toEqual([true, true]);
    expect(released).toEqual([]);
  });

  it('hangs up whoever answers at the same moment as the first', async () => {
    const { phones, result, released } = group('all');
    phones[2].answer();
    phones[0].answer();
    phones[1].refuse(busy());
    expect(await result).toBe('c');
    expect(released).toEqual(['a']);
  });

  it('rings in turn, one after the other', async () => {
    const { phones, result } = group('in-turn');
    await Promise.resolve();
    expect(phones.map((phone) => phone.seen.rung)).toEqual([true, false, false]);
    phones[0].refuse(busy());
    await new Promise(setImmediate);
    expect(phones.map((phone) => phone.seen.rung)).toEqual([true, true, false]);
    phones[1].answer();
    expect(await result).toBe('b');
  });

  it('goes on to the next when one does not answer in time', async () => {
    const { phones, result } = group('in-turn', 5);
    phones[2].answer();
    expect(await result).toBe('c');
    expect([phones[0].seen.cancelled, phones[1].seen.cancelled]).toEqual([true, true]);
  });

  it('tells the most telling of the failures', async () => {
    const { phones, result } = group('all');
    phones[0].refuse(new VoxboxError('leg_unreachable', 'not registered'));
    phones[1].refuse(busy());
    phones[2].refuse(new VoxboxError('leg_unreachable', 'not registered'));
    await expect(result).rejects.toMatchObject({ code: 'callee_busy' });
  });

  it('lets go of an answer that comes after the caller has left', async () => {
    const { phones, abort, result, released } = group('all');
    phones[0].answer();
    abort.abort();
    await expect(result).rejects.toMatchObject({ code: 'aborted' });
    expect(released).toEqual(['a']);
    expect(phones.every((phone) => phone.seen.cancelled)).toBe(true);
  });

  it('has nobody to ring in an empty group', async () => {
    const signal = new AbortController().signal;
    const options = { strategy: 'all', ringMs: 5, signal, release: async () => {} } as const;
    await expect(firstAnswer([], options)).rejects.toMatchObject({ code: 'callee_no_answer' });
  });
});
