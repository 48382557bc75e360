import { writeSync } from 'node:fs';
import { silentLog, systemIds } from '../foundation/index.ts';
import { FakeInference } from '../speech/index.ts';
import { openBox } from '../store/index.ts';
import { startAfterCall } from './after-call.ts';

/** An engine reduced to its work after calls: says when it begins, and works until it is killed. */

const dataDir = process.argv[2] ?? '';
const startMs = Date.UTC(2026, 10, 28);
const clock = { nowMs: () => startMs + Math.round(performance.now()), monotonicMs: () => performance.now() };
const box = openBox({ dataDir, clock, ids: systemIds, log: silentLog });
writeSync(1, 'begins\n');
startAfterCall({ box, inference: () => new FakeInference({ latencyMs: 3 }), dataDir, clock, log: silentLog });
setInterval(() => {}, 1000);
