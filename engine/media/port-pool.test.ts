import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PortPool } from './port-pool.ts';

const busy = () => Object.assign(new Error('busy'), { code: 'EADDRINUSE' });

describe('port pool', () => {
  it('gives even ports within its range, each once', () => {
    const pool = new PortPool(20001, 20010, () => 0.5);
    const ports = [pool.take(), pool.take(), pool.take(), pool.take(), pool.take()];
    // 20010 has no odd neighbour within the range.
    expect([...ports].sort()).toEqual([20002, 20004, 20006, 20008, null]);
  });

  it('uses a port that was just given back last', () => {
    const pool = new PortPool(20000, 20007, () => 0);
    pool.giveBack(pool.take() ?? 0);
    expect([pool.take(), pool.take(), pool.take(), pool.take()]).toEqual([20002, 20004, 20006, 20000]);
  });

  it('passes over busy ports and gives them back', async () => {
    const pool = new PortPool(20000, 20007, () => 0);
    const bound = await pool.takeBound(async (port) => {
      if (port < 20004) throw busy();
      return port;
    });
    expect([bound, pool.free]).toEqual([20004, 3]);
  });

  it('has all ports again after any sequence of takes, failures and returns', async () => {
    const step = fc.constantFrom('bind', 'busy', 'broken', 'give back');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.nat({ max: 99 }), async (steps, start) => {
        const pool = new PortPool(30000, 30015, () => start / 100);
        const held: number[] = [];
        for (const each of steps) {
          if (each === 'give back') {
            const port = held.shift();
            if (port !== undefined) pool.giveBack(port);
            continue;
          }
          const taken = await pool
            .takeBound(async (port) => {
              if (each === 'busy') throw busy();
              if (each === 'broken') throw new Error('broken');
              return port;
            })
            .catch(() => null);
          if (taken !== null) {
            expect(held).not.toContain(taken);
            held.push(taken);
          }
          expect(pool.free).toBe(8 - held.length);
        }
        for (const port of held) pool.giveBack(port);
        expect(pool.free).toBe(8);
      }),
    );
  });

  it('says capacity_reached when nothing is left', async () => {
    const pool = new PortPool(20000, 20001);
    await pool.takeBound(async (port) => port);
    await expect(pool.takeBound(async (port) => port)).rejects.toMatchObject({ code: 'capacity_reached' });
  });

  it('has every pair again after ten thousand calls, whatever failed on the way', async () => {
    const pool = new PortPool(20_000, 20_199);
    let random = 7;
    const next = (below: number) => {
      random = (random * 48_271) % 2_147_483_647;
      return random % below;
    };
    const held: number[] = [];
    const outcomes = { opened: 0, broken: 0, full: 0 };
    for (let call = 0; call < 10_000; call += 1) {
      // More calls come than end, until the pool is full; then it empties again.
      if (held.length > 0 && next(100) < (call % 1000 < 500 ? 35 : 65)) {
        pool.giveBack(held.splice(next(held.length), 1)[0] ?? 0);
      }
      try {
        const port = await pool.takeBound(async (candidate) => {
          const fate = next(10);
          if (fate === 0) throw busy();
          if (fate === 1) throw new Error('broken');
          return candidate;
        });
        expect(port % 2).toBe(0);
        expect(held).not.toContain(port);
        held.push(port);
        outcomes.opened += 1;
      } catch (error) {
        const isFull = error instanceof Error && 'code' in error && error.code === 'capacity_reached';
        outcomes[isFull ? 'full' : 'broken'] += 1;
      }
      expect(pool.free).toBe(100 - held.length);
    }
    expect(Math.min(outcomes.opened, outcomes.broken, outcomes.full)).toBeGreaterThan(50);
    for (const port of held) pool.giveBack(port);
    expect(pool.free).toBe(100);
  });
});
