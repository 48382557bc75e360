import { expect, it } from 'vitest';
import { inTurn } from './in-turn.ts';

it('begins a request when the one before it is answered, also where that failed', async () => {
  let fail: (error: Error) => void = () => {};
  const first = new Promise<string>((_, reject) => {
    fail = reject;
  });
  const begun: string[] = [];
  const send = inTurn();
  const one = send(() => {
    begun.push('one');
    return first;
  });
  const two = send(async () => {
    begun.push('two');
    return 'second';
  });
  await Promise.resolve();
  expect(begun).toEqual(['one']);
  fail(new Error('lost'));
  await expect(one).rejects.toThrow('lost');
  expect(await two).toBe('second');
  expect(begun).toEqual(['one', 'two']);
});
