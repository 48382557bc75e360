import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { header } from '../caller/sip-text.ts';
import { GuardedBox, passwordOf } from './peers/guarded-box.ts';
import { type Question, type Reply, Stranger } from './peers/stranger.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const box = new GuardedBox({ withModels: false });
beforeAll(() => box.start());
afterAll(() => box.end());

async function at<T>(
  address: string,
  work: (stranger: Stranger) => Promise<T>,
  patienceMs?: number,
): Promise<T> {
  const stranger = await Stranger.at(address, box.target, patienceMs);
  try {
    return await work(stranger);
  } finally {
    stranger.close();
  }
}

const register = (user: string, password: string) => ({ method: 'REGISTER', user, password }) as const;

describe('a name that exists and one that does not', () => {
  /** One source asks so little that it is never suspected: a few names, a few times each. */
  const fromEach = 8;

  // All together stay below what strangers may ask for at once.
  it.each([
    ['REGISTER', 40, 3],
    ['INVITE', 20, 4],
  ] as const)('get the same answer to a wrong %s in the same time', async (method, sources, net) => {
    const tookMs = { known: [] as number[], unknown: [] as number[] };
    const shapes = { known: new Set<string>(), unknown: new Set<string>() };
    const question = { method, called: '103', password: 'wrong' } as const;
    for (let source = 1; source <= sources; source += 1) {
      await at(`127.${net}.1.${source}`, async (stranger) => {
        const first = await stranger.ask({ method, user: '101', called: '103' });
        const challenge = header(first?.message ?? never(), 'www-authenticate');
        for (let turn = 0; turn < 2 * fromEach; turn += 1) {
          const kind = (turn + source) % 2 === 0 ? 'known' : 'unknown';
          const user = kind === 'known' ? '101' : '901';
          const reply = (await stranger.ask({ ...question, user, challenge })) ?? never();
          // The first few find caches cold.
          if (source > 2) tookMs[kind].push(reply.tookMs);
          shapes[kind].add(shapeOf(reply));
        }
      });
    }
    expect(shapes.known.size).toBe(1);
    expect(shapes.unknown).toEqual(shapes.known);
    expect([...shapes.known][0]).toMatch(/^401 /);
    for (const kind of ['known', 'unknown'] as const)
      print(`  ${method} ${kind}: ${quantiles(tookMs[kind])}`);
    const z = rankTest(tookMs.known, tookMs.unknown);
    const ratio = quantile(tookMs.unknown, 0.5) / quantile(tookMs.known, 0.5);
    print(`  ${method} rank test: z = ${z.toFixed(2)}, medians ${ratio.toFixed(3)} : 1`);
    // A busy machine moves one of the two now and then, a real difference both.
    const isDifferent = Math.abs(z) > 4 && Math.abs(Math.log(ratio)) > Math.log(1.1);
    expect(isDifferent, `z ${z}, medians ${ratio}`).toBe(false);
  });
});

describe('one who has an account', () => {
  const thief = '127.0.0.70';
  /** Many of its questions are not answered. */
  const quickMs = 150;

  it('learns no other password, and locks nobody out', async () => {
    const steal = async (stranger: Stranger): Promise<void> => {
      let looked = 0;
      for (let turn = 0; turn < 60; turn += 1) {
        if (turn % 5 === 0) {
          const own = await stranger.prove(register('102', passwordOf('102')));
          expect(own?.message.status).toBe(200);
        }
        if (await stranger.prove(register('103', `guess ${turn}`))) looked += 1;
      }
      print(`  ${looked} of 60 wrong passwords were looked at`);
      expect(looked).toBeLessThanOrEqual(10);
      // Not even the right one is looked at from there; its own still is, and its owner gets in elsewhere.
      expect(await stranger.prove(register('103', passwordOf('103')))).toBeNull();
      expect((await stranger.prove(register('102', passwordOf('102'))))?.message.status).toBe(200);
    };
    await at(thief, steal, quickMs);
    const owner = await at('127.0.0.71', (phone) => phone.prove(register('103', passwordOf('103'))));
    expect(owner?.message.status).toBe(200);
    expect(await box.bans()).toEqual([]);
  });

  it('gets no further with many names than with one', async () => {
    const steal = async (stranger: Stranger): Promise<void> => {
      await stranger.prove(register('101', passwordOf('101')));
      let looked = 0;
      for (let turn = 0; turn < 30; turn += 1) {
        if (await stranger.prove(register(`8${turn}`, 'secret'))) looked += 1;
      }
      expect(looked).toBeLessThanOrEqual(8);
      expect((await stranger.prove(register('101', passwordOf('101'))))?.message.status).toBe(200);
    };
    await at('127.0.0.72', steal, quickMs);
  });

  it('cannot answer with a challenge that somebody else got', async () => {
    const first = await at('127.0.0.73', (one) => one.ask({ method: 'REGISTER', user: '103' }));
    const challenge = first ? header(first.message, 'www-authenticate') : '';
    const question: Question = { ...register('103', passwordOf('103')), challenge };
    const stolen = await at('127.0.0.74', (other) => other.ask(question));
    expect(stolen?.message.status).toBe(401);
    expect(header(stolen?.message ?? never(), 'www-authenticate')).toContain('stale=true');
    const own = await at('127.0.0.73', (one) => one.ask(question));
    expect(own?.message.status).toBe(200);
  });
});

/** Status, header names in their order, length: all that one who does not know nonces and tags can compare. */
const shapeOf = ({ message, bytes }: Reply): string =>
  // The addresses of the sources have not all the same length.
  `${message.status} ${[...message.headers.keys()].join(' ')} ${bytes - header(message, 'via').length}`;

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

const quantiles = (valuesMs: readonly number[]): string =>
  [0.1, 0.5, 0.9, 0.99]
    .map((share) => `p${share * 100} ${quantile(valuesMs, share).toFixed(3)}`)
    .join(', ')
    .concat(` ms (${valuesMs.length})`);

/** Mann and Whitney: beyond about ±2 the two differ. */
function rankTest(a: readonly number[], b: readonly number[]): number {
  let wins = 0;
  for (const x of a) for (const y of b) wins += x > y ? 1 : x === y ? 0.5 : 0;
  const mean = (a.length * b.length) / 2;
  return (wins - mean) / Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12);
}

function never(): never {
  throw new Error('The box did not answer');
}
