import { describe, expect, it } from 'vitest';
import { SourceLock } from './source-lock.ts';

const home = { address: '192.0.2.1', port: 4000 };
const elsewhere = { address: '198.51.100.7', port: 4000 };
const repeat = (lock: SourceLock, times: number, ssrc = 1) =>
  Array.from({ length: times }, () => lock.offer(elsewhere, ssrc));

describe('source lock', () => {
  it('takes the first source', () => {
    expect(new SourceLock().offer(home, 1)).toBe('moved');
  });

  it('ignores a stranger who sends beside the known source', () => {
    const lock = new SourceLock();
    lock.offer(home, 1);
    for (let round = 0; round < 50; round += 1) {
      expect(repeat(lock, 5)).toEqual(Array(5).fill('ignored'));
      expect(lock.offer(home, 1)).toBe('accepted');
    }
  });

  it('moves to a source that persists when the known one has fallen silent', () => {
    const lock = new SourceLock();
    lock.offer(home, 1);
    expect(repeat(lock, 10)).toEqual([...Array(9).fill('ignored'), 'moved']);
    expect(lock.offer(home, 1)).toBe('ignored');
  });

  it('wants one SSRC all the time', () => {
    const lock = new SourceLock();
    lock.offer(home, 1);
    repeat(lock, 9, 2);
    expect(repeat(lock, 9, 3)).toEqual(Array(9).fill('ignored'));
  });
});
