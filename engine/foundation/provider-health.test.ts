import { expect, it } from 'vitest';
import { VoxboxError } from './errors.ts';
import { type Candidate, createHealthBook, type ProviderHealth, Tries } from './provider-health.ts';

function book() {
  const time = { nowMs: 1_000_000 };
  const told: ProviderHealth[] = [];
  const health = createHealthBook({
    clock: { nowMs: () => time.nowMs, monotonicMs: () => time.nowMs },
    onChange: (news) => told.push(news),
  });
  const candidate = (name: string, lastResort = false): Candidate & { name: string } => ({
    name,
    health: health.of(name),
    lastResort,
  });
  return { time, told, health, candidate };
}

const gone = new VoxboxError('provider_unreachable', 'gone');
const badKey = new VoxboxError('provider_key_refused', 'no');

it('asks in order, the least tried first, three times at most', () => {
  const { candidate } = book();
  const tries = new Tries([candidate('a'), candidate('b')]);
  const asked: string[] = [];
  for (let next = tries.next(); next; next = tries.next()) {
    asked.push(next.name);
    tries.failed(next, gone);
  }
  expect(asked).toEqual(['a', 'b', 'a']);
});

it('asks nobody again who refuses for good', () => {
  const { candidate } = book();
  const tries = new Tries([candidate('a'), candidate('b')]);
  const [a, b] = [tries.next(), tries.next()];
  if (a) tries.failed(a, badKey);
  if (b) tries.failed(b, badKey);
  expect(tries.next()).toBeNull();
});

it('passes by a breaker that is open, except for the box itself where nobody else is left', () => {
  const { candidate, time } = book();
  const [cloud, box] = [candidate('cloud'), candidate('box', true)];
  for (const { health } of [cloud, box]) for (let i = 0; i < 3; i++) health.failed(gone);
  const tries = new Tries([cloud, box]);
  expect(tries.hasOther(box)).toBe(false);
  expect(tries.next()).toBe(box);
  time.nowMs += 15_000;
  const later = new Tries([cloud, box]);
  expect(later.hasOther(box)).toBe(true);
  expect(later.next()).toBe(cloud);
  expect(new Tries([cloud]).next()).toBeNull(); // the probe is under way
  cloud.health.withdrawn();
  expect(new Tries([cloud]).next()).toBe(cloud);
});

it('tells every failure and every recovery, and a success now and then', () => {
  const { candidate, told, time, health } = book();
  const { health: a } = candidate('a');
  a.succeeded();
  a.succeeded();
  a.failed(gone);
  a.failed(new VoxboxError('aborted', 'the caller has hung up'));
  time.nowMs += 1;
  a.succeeded();
  a.succeeded();
  time.nowMs += 10_000;
  a.succeeded();
  expect(told.map(({ lastError, lastSuccessAtMs }) => [lastError?.code ?? null, lastSuccessAtMs])).toEqual([
    [null, 1_000_000],
    ['provider_unreachable', 1_000_000],
    ['provider_unreachable', 1_000_001],
    ['provider_unreachable', 1_010_001],
  ]);
  expect(health.list()).toHaveLength(1);
});
