import type { LadderAnswer, LineReportAnswer } from '../../engine/api/contract/index.ts';
import type { ApiOptions, LineTestParts } from '../../engine/api/index.ts';
import type { Box, Trunk } from '../../engine/store/index.ts';
import { minuteMs, nowMs } from './practice.ts';

const GiB = 2 ** 30;

/** Fake: a machine with a graphics card, as the models' process would tell of it. */
export const fakeHealth: ApiOptions['health'] = () => ({
  ...{ status: 'ready', version: '0.1.0', sipAddress: '192.168.1.20:5060', capacity: 4 },
  models: [{ id: 'moonshine-tiny-en', kind: 'stt', state: 'loaded' }],
  devices: [
    {
      ...{ kind: 'cuda', name: 'NVIDIA GeForce RTX 4060', totalBytes: 8 * GiB, usedBytes: 1.2 * GiB },
      ...{ budgetBytes: 6 * GiB, speedClass: 'medium', models: [] },
    },
    {
      ...{ kind: 'cpu', name: 'AMD Ryzen 7 7700, 16 cores', totalBytes: 32 * GiB, usedBytes: 9 * GiB },
      ...{ budgetBytes: 24 * GiB, speedClass: 'tiny', models: ['moonshine-tiny-en'] },
    },
  ],
});

/** Two carriers, the first of which refuses the sign-in. */
export function fillLines(box: Box): readonly Trunk[] {
  const carrier = box.trunks.add({
    ...{ kind: 'registration', name: 'Northern Telecom', preset: 'generic-registration', priority: 10 },
    ...{ host: 'sip.northern.example', authUsername: 'practice4711', password: 'a-good-password' },
  });
  const pbx = box.trunks.add({
    ...{ kind: 'address', name: 'PBX in the cellar', preset: 'generic-address', priority: 20 },
    ...{ addresses: ['203.0.113.7'], host: '203.0.113.7' },
  });
  return [carrier, pbx];
}

/** Fake: how those lines do. */
export const fakeLines =
  (box: Box): NonNullable<ApiOptions['lines']> =>
  () =>
    box.trunks.list().map(({ id, name, kind, maxCalls, priority, enabled }) => ({
      ...{ id, name, kind, maxCalls, priority, sinceMs: nowMs - 5 * minuteMs, callsNow: 0 },
      ...{ externalAddress: null, roundTripMs: kind === 'address' ? 18 : null },
      ...(!enabled
        ? { status: 'disabled', reason: null, nextTryAtMs: null }
        : kind === 'registration'
          ? { status: 'refused', reason: 'wrong user name or password', nextTryAtMs: nowMs + minuteMs }
          : { status: 'up', reason: null, nextTryAtMs: null }),
    }));

const rows = [
  ['INVITE', 0, 'audio 198.51.100.7:20000 PCMU PCMA'],
  ['100 Trying (INVITE)', 1, ''],
  ['401 Unauthorized (INVITE)', 1, 'sees us at 198.51.100.7:5060'],
  ['ACK', 0, ''],
  ['INVITE', 0, 'signs in as practice4711'],
  ['403 Forbidden (INVITE)', 1, 'wrong password'],
] as const;
const ladder: LadderAnswer['ladder'] = {
  columns: ['Voxbox', '203.0.113.10:5060'],
  rows: rows.map(([label, from, fact], at) => ({
    ...{ atMs: nowMs + at * 21, afterMs: at * 21, from, to: 1 - from, label, repeated: false },
    ...{ unusual: label.startsWith('403'), facts: fact === '' ? [] : [fact] },
    text: `${label}\r\nVia: SIP/2.0/TLS 198.51.100.7:5061\r\n`,
  })),
};

/** Fake: a test of a line whose password is wrong. It goes on when it is told to. */
export class FakeLineDoctor implements LineTestParts {
  readonly #goOn = Promise.withResolvers<void>();

  goOn(): void {
    this.#goOn.resolve();
  }

  async *test(trunkId: string): ReturnType<LineTestParts['test']> {
    yield { kind: 'step', stage: 'name', note: 'sip.northern.example is 203.0.113.10', afterMs: 40 };
    yield { kind: 'step', stage: 'account', note: 'asking who is registered', afterMs: 120 };
    await this.#goOn.promise;
    const headline: LineReportAnswer['headline'] = {
      fault: 'wrong-password',
      severity: 'fault',
      sentence: 'The carrier refuses the password: enter the SIP password of the account again.',
      evidence: ['INVITE was answered with 403 after our password'],
    };
    yield {
      kind: 'report',
      report: {
        ...{
          id: 'a-report',
          trunkId,
          trunkName: 'Northern Telecom',
          target: '+12025550100',
          startedAtMs: nowMs,
        },
        ...{ tookMs: 1840, verdict: 'fault', headline, findings: [headline], ladderText: '' },
        checks: [
          { check: 'name', state: 'passed', note: '203.0.113.10' },
          { check: 'port', state: 'passed', note: 'answers in 18 ms' },
          { check: 'account', state: 'failed', note: '403 Forbidden' },
          { check: 'audio-in', state: 'skipped', note: 'the call was refused' },
        ],
        ladder,
      },
    };
  }

  /** Of any call. */
  ladder(sipCallId: string): LadderAnswer {
    return { sipCallId, ladder, text: '' };
  }
}
