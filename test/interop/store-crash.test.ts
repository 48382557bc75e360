import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '../../engine/foundation/index.ts';
import { type Box, openBox, runningEngine } from '../../engine/store/index.ts';

const writer = fileURLToPath(new URL('./crash-writer.ts', import.meta.url));
const rounds = 12;

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-crash-'));
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const open = (readOnly = false): Box =>
  openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog, readOnly });

/** Lets the writer run for a while after its first word, kills it, and returns the changes it acknowledged. */
async function writeAndKill(afterMs: number): Promise<Map<string, string[]>> {
  const child = spawn(process.execPath, [writer, dataDir], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  expect(complaint).toBe('');
  expect(runningEngine(dataDir)?.pid, 'the writer holds the lock').toBe(child.pid);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await closed;
  const changes = new Map<string, string[]>();
  // A last line without its end was not acknowledged.
  for (const line of said.split('\n').slice(0, -1)) {
    const [what = '', id = ''] = line.split(' ');
    changes.set(what, [...(changes.get(what) ?? []), id]);
  }
  return changes;
}

describe('an engine that is killed', () => {
  it('has lost nothing that it acknowledged, and its calls are marked interrupted', async () => {
    const all = { turn: new Set<string>(), booked: new Set<string>(), ended: new Set<string>() };
    for (let round = 0; round < rounds; round += 1) {
      const changes = await writeAndKill(Math.random() * 500);
      for (const id of changes.get('turn') ?? []) all.turn.add(id);
      for (const id of changes.get('booked') ?? []) all.booked.add(id);
      for (const id of changes.get('ended') ?? []) all.ended.add(id);
      expect(runningEngine(dataDir), 'the lock went with the process').toBeNull();

      // Every other time a reader is the first to see what the dead engine left.
      if (round % 2 === 0) {
        const reader = open(true);
        for (const { id } of reader.tenants.list())
          expect(reader.tenant(id).calls.list({ limit: 1 })).toHaveLength(1);
        reader.close();
      }
      const box = open();
      const tenant = box.tenants.findBySlug('bright-smile-dental');
      const store = box.tenant(tenant?.id ?? '');
      const calls = store.calls.list({ limit: 100_000 });
      const left = calls.filter((call) => call.endedAtMs === null);
      expect(left.length, 'at most one call was under way').toBeLessThanOrEqual(1);
      expect(store.calls.markInterrupted()).toBe(left.length);
      for (const { id } of left) {
        expect(store.calls.find(id)).toMatchObject({ state: 'ended', outcome: 'interrupted' });
      }
      for (const id of all.ended) expect(store.calls.find(id)?.outcome).toBe('booked');
      for (const id of all.booked) expect(store.appointments.find(id)?.status).toBe('booked');

      const kept = calls.flatMap((call) => store.transcript.list(call.id));
      const keptIds = new Set(kept.map(({ id }) => id));
      for (const id of all.turn) expect(keptIds.has(id), `turn ${id}`).toBe(true);
      const told = store.events.since(0, 1_000_000).filter((event) => event.type === 'turn.recorded');
      expect(told.length, 'each turn and its event are one').toBe(kept.length);
      expect(kept.length - all.turn.size, 'turns written but not acknowledged').toBeLessThanOrEqual(
        round + 1,
      );
      box.close();
    }
    expect(all.turn.size).toBeGreaterThan(rounds);
    expect(all.ended.size).toBeGreaterThan(0);
  });
});
