import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { environmentWith } from '../../foundation/index.ts';

const dayMs = 86_400_000;

/** What a process, a child of it and a thread of it take for now, in milliseconds from what we do. */
const script = `
  const { execFileSync } = require('node:child_process');
  const { Worker } = require('node:worker_threads');
  const child = Number(execFileSync(process.execPath, ['-p', 'Date.now()']));
  const times = { now: Date.now(), made: new Date().getTime(), child, text: new Date(Date()).getTime() };
  const source = 'import { parentPort } from "node:worker_threads"; parentPort.postMessage(Date.now())';
  const thread = new Worker(new URL('data:text/javascript,' + source));
  thread.once('message', (inThread) => console.log(JSON.stringify({
    ...times, inThread, given: new Date(5).getTime(), is: new Date() instanceof Date, utc: Date.UTC(1970, 0, 2),
  })));
`;

describe('the clock of a practice engine', () => {
  it('is on another day, in its children and threads too, and only there', async () => {
    const clock = new URL('./shifted-date.ts?shiftMs=864000000', import.meta.url);
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
      env: environmentWith(`--import=${clock.href}`),
    });
    const { given, is, utc, ...times } = JSON.parse(stdout) as Record<string, number>;
    for (const [what, ms] of Object.entries(times)) {
      expect(Math.round((Number(ms) - Date.now()) / dayMs), what).toBe(10);
    }
    expect([given, is, utc]).toEqual([5, true, dayMs]);
  });
});
