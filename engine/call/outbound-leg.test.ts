import { describe, expect, it } from 'vitest';
import { LineLeg } from './line-leg.ts';
import { metered } from './outbound-leg.ts';
import type { PlacedLeg } from './placed-leg.ts';

/** An answered leg whose other side hangs up when it is told to. */
function fakePlaced() {
  const { promise: gone, resolve: hangUp } = Promise.withResolvers<void>();
  const told = { released: 0, ended: 0, spend: (): void => {} };
  const leg: LineLeg = Object.create(LineLeg.prototype);
  const target = { kind: 'number', number: '+12125550123' } as const;
  const release = async (): Promise<void> => {
    told.released += 1;
  };
  const placed: PlacedLeg = { leg, target, mayRefer: false, gone, release };
  const meter = {
    answered: (onSpent: () => void) => {
      told.spend = onSpent;
    },
    end: () => {
      told.ended += 1;
    },
  };
  return { call: metered(placed, meter), told, hangUp };
}

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('a call that is paid for', () => {
  it('is over for everybody when the money is, and hung up', async () => {
    const { call, told } = fakePlaced();
    let over = false;
    void call.gone.then(() => {
      over = true;
    });
    await soon();
    expect([over, told.released]).toEqual([false, 0]);
    told.spend();
    await soon();
    expect(over).toBe(true);
    expect(told.released).toBe(1);
    expect(told.ended).toBe(1);
  });

  it('is settled when the other side hangs up', async () => {
    const { told, hangUp } = fakePlaced();
    hangUp();
    await soon();
    expect(told).toMatchObject({ released: 1, ended: 1 });
  });
});
