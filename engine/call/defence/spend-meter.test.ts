import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock as clock, silentLog, systemIds } from '../../foundation/index.ts';
import { type Box, ensureDemoTenant, openBox } from '../../store/index.ts';
import { hasMinuteLeft } from './outbound-gate.ts';
import { meterCall } from './spend-meter.ts';

const minuteMs = 60_000;
const number = '+12125550123';
let dataDir: string;
let box: Box;
let tenantId: string;

const open = (): Box => openBox({ dataDir, clock, ids: systemIds, log: silentLog });
const restart = (): void => {
  box.close();
  box = open();
};
const used = () => box.outbound.used(tenantId, clock.nowMs());
const limit = (spendPerDayMinor: number): void => {
  const policy = box.outbound.policy(tenantId);
  box.outbound.setPolicy(tenantId, { ...policy, spendPerDayMinor, pricePerMinuteMinor: 10 });
};

/** A call that is answered at once and goes on for as long as it may. */
function talk() {
  const meter = meterCall({ tenantId, number }, { outbound: box.outbound, clock, log: silentLog });
  const call = { meter, endedMs: null as number | null };
  const sinceMs = clock.nowMs();
  meter.answered(() => {
    call.endedMs = clock.nowMs() - sinceMs;
    meter.end();
  });
  return call;
}

beforeEach(() => {
  vi.useFakeTimers();
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-meter-'));
  box = open();
  ensureDemoTenant(box);
  tenantId = box.tenants.list()[0]?.id ?? '';
  limit(100);
});

afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
  vi.useRealTimers();
});

describe('the money of a day', () => {
  it('ends the call for which there is none left, before it begins another minute', () => {
    const call = talk();
    vi.advanceTimersByTime(9 * minuteMs);
    expect(call.endedMs).toBeNull();
    vi.advanceTimersByTime(minuteMs);
    expect(call.endedMs).toBeLessThan(10 * minuteMs);
    expect(used().spentTodayMinor).toBe(100);
  });

  it.each([2, 3, 7, 20])('is not passed by %i calls that go on together', (count) => {
    const calls = [];
    for (let i = 0; i < count; i += 1) {
      // As the gate does, in the same turn of the loop.
      if (hasMinuteLeft(box.outbound.policy(tenantId), used())) calls.push(talk());
      vi.advanceTimersByTime(1500);
    }
    for (let second = 0; second < 12 * 60; second += 1) {
      vi.advanceTimersByTime(1000);
      expect(used().spentTodayMinor).toBeLessThanOrEqual(100);
    }
    const minutes = calls.map(({ endedMs }) => Math.ceil((endedMs ?? Number.NaN) / minuteMs));
    expect(minutes.reduce((sum, each) => sum + each, 0)).toBe(10);
    expect(box.outbound.running(tenantId)).toBe(0);
  });

  it('counts what was begun when the engine dies in the middle of a call', () => {
    talk();
    vi.advanceTimersByTime(6.5 * minuteMs);
    restart();
    expect(used()).toEqual({ callsLastHour: 1, spentTodayMinor: 70 });
    expect(box.outbound.running(tenantId)).toBe(0);
    const next = talk();
    vi.advanceTimersByTime(10 * minuteMs);
    expect(next.endedMs).toBeLessThan(3 * minuteMs);
    expect(used().spentTodayMinor).toBe(100);
  });

  it('is counted by begun minutes; a call that nobody answers costs nothing', () => {
    const rung = meterCall({ tenantId, number }, { outbound: box.outbound, clock, log: silentLog });
    expect(used().spentTodayMinor).toBe(10);
    expect(box.outbound.running(tenantId)).toBe(1);
    rung.end();
    expect(used()).toEqual({ callsLastHour: 1, spentTodayMinor: 0 });
    const call = talk();
    vi.advanceTimersByTime(minuteMs - 500);
    expect(used().spentTodayMinor).toBe(20);
    call.meter.end();
    call.meter.end();
    expect(used()).toEqual({ callsLastHour: 2, spentTodayMinor: 10 });
  });

  it('may be cut while calls go on, and a call ends where its next minute cannot be written down', () => {
    const call = talk();
    vi.advanceTimersByTime(2.5 * minuteMs);
    limit(20);
    vi.advanceTimersByTime(minuteMs);
    expect(call.endedMs).toBeLessThan(3 * minuteMs);
    limit(1000);
    const other = talk();
    vi.spyOn(box.outbound, 'reckon').mockImplementation(() => {
      throw new Error('the disk is full');
    });
    vi.advanceTimersByTime(minuteMs);
    expect(other.endedMs).toBeLessThan(minuteMs);
  });
});
