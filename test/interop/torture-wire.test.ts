import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { isolationMissing, runIsolated } from './isolated/network.ts';
import {
  fits,
  readHead,
  type TortureRow,
  type TortureSet,
  tortureSets,
} from './isolated/torture-messages.ts';
import type { WireReport } from './isolated/torture-wire.ts';

const unsharable = isolationMissing();
const sets = tortureSets();
const missing = sets.find((set) => set.missing !== '')?.missing ?? unsharable;

const valuesOf = (octets: Buffer, name: string): readonly string[] =>
  readHead(octets)
    .headers.filter((header) => header.name === name)
    .flatMap(({ value }) => (name === 'via' ? value.split(',') : [value]));
/** Folding and the octets of a line's end are not part of a value. */
const plain = (value: string): string => value.replaceAll(/\s+/g, ' ').trim();
const sequenceOf = (message: Buffer): string => valuesOf(message, 'cseq').map(plain).join();

describe.skipIf(missing)(`torture messages over real sockets${missing}`, () => {
  let report: WireReport = { answers: [], survivors: [] };

  beforeAll(async () => {
    ({ result: report } = await runIsolated<WireReport>({ program: 'torture-wire.ts', timeoutMs: 100_000 }));
  }, 110_000);

  const check = (set: TortureSet, row: TortureRow, transport: 'udp' | 'tcp'): void => {
    const answer = report.answers.find(
      (one) => one.rfc === set.rfc && one.name === row.name && one.transport === transport,
    );
    if (!answer) throw new Error(`${row.name} was not sent over ${transport}`);
    const asked = readFileSync(join(set.folder, `${row.name}.dat`));
    // On a stream the octets after dblreq's REGISTER are a second request, which may be answered sooner.
    const own = answer.finals.find((text) => sequenceOf(Buffer.from(text, 'latin1')) === sequenceOf(asked));
    const final = own ?? answer.finals[0];
    const status = final === undefined ? null : Number(final.slice(8, 11));
    expect(fits(status, row[transport], answer), `${transport}: ${final ?? 'silence'}`).toBe(true);
    expect(answer.alive, `an OPTIONS after ${row.name} over ${transport}`).toBe(true);
    const most = row.name === 'dblreq' && transport === 'tcp' ? 2 : 1;
    expect(answer.finals.length).toBeLessThanOrEqual(most);
    if (final === undefined || (row.kind !== 'valid' && row.kind !== 'application')) return;
    if (row.name === 'insuf' || row.name === 'multi01') return;
    const got = Buffer.from(final, 'latin1');
    expect(valuesOf(got, 'via').length).toBe(valuesOf(asked, 'via').length);
    for (const name of ['from', 'call-id', 'cseq']) {
      expect(valuesOf(got, name).map(plain)).toEqual(valuesOf(asked, name).map(plain));
    }
    expect(valuesOf(got, 'to')[0]).toMatch(/;\s*tag\s*=/i);
  };

  for (const set of sets) {
    describe(set.rfc, () => {
      it('has all its messages', () => {
        expect(set.rows.length).toBe(set.count);
      });

      it.each(set.rows)('$name ($kind) over UDP gets one of $udp', (row) => check(set, row, 'udp'));

      it.each(set.rows)('$name ($kind) over TCP gets one of $tcp', (row) => check(set, row, 'tcp'));

      it('leaves a server that got all of them alive', () => {
        expect(report.survivors).toContain(`${set.rfc} udp`);
        expect(report.survivors).toContain(`${set.rfc} tcp`);
      });
    });
  }
});
