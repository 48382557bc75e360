import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';

const allowed = (): boolean => {
  try {
    execFileSync('chrt', ['--rr', '1', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const missing = process.platform === 'linux' && allowed() ? '' : ' (no real-time scheduling here)';

describe.skipIf(missing)(`the priority of a thread${missing}`, () => {
  it('is real time for the thread that asked, not for its process or what it starts', async () => {
    const program = `
      import { readFileSync, readlinkSync } from 'node:fs';
      import { execFileSync } from 'node:child_process';
      import { parentPort } from 'node:worker_threads';
      import { runFirst } from ${JSON.stringify(new URL('./thread-priority.ts', import.meta.url).href)};
      const given = runFirst();
      const own = '/proc/' + readlinkSync('/proc/thread-self') + '/stat';
      parentPort.postMessage({
        given,
        own: readFileSync(own, 'utf8'),
        child: execFileSync('cat', ['/proc/self/stat'], { encoding: 'utf8' }),
      });`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`));
    const told = await new Promise<Readonly<Record<'given' | 'own' | 'child', string>>>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
    // proc(5): the 41st field is the policy, 2 is SCHED_RR.
    const policyOf = (stat: string): string | undefined => stat.slice(stat.lastIndexOf(')')).split(' ')[39];
    expect(told.given).toBe('real-time');
    expect(policyOf(told.own)).toBe('2');
    expect(policyOf(told.child)).toBe('0');
    expect(policyOf(readFileSync('/proc/self/stat', 'utf8'))).toBe('0');
  });
});
