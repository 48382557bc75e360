import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../foundation/index.ts';
import { DialogStore } from '../dialog/store.ts';
import { FakeSchedule, fakeFlow, fakeTransport } from '../fake-network.ts';
import { headerValue, headerValues } from '../message/headers.ts';
import type { SipResponse } from '../message/model.ts';
import { listValues } from '../message/name-addr.ts';
import { parseMessage } from '../message/parse.ts';
import { standardTimers } from '../transaction/schedule.ts';
import { UserAgentClient } from './client.ts';
import type { Core } from './core.ts';
import { UserAgentServer } from './server.ts';

const shared = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
/** Statuses that blame the message or the server: no answer to a message that is to be served. */
const blaming = [400, 413, 414, 493, 500, 505, 513];

interface Row {
  readonly name: string;
  readonly kind: string;
  readonly words: readonly string[];
}

function rowsOf(folder: string): readonly Row[] {
  const text = readFileSync(join(folder, 'README.md'), 'utf8');
  const rows = text.split('\n').filter((line) => /^\| [a-z0-9-]+ \| (§?[\d.]+|–) \|/.test(line));
  return rows.map((line) => {
    const [, name = '', , kind = '', asked = '', allowed = ''] = line.split('|').map((cell) => cell.trim());
    return { name, kind, words: `${asked} ${allowed}`.split(/\s+/).filter((word) => word !== '') };
  });
}

const fits = (status: number | null, words: readonly string[]): boolean =>
  words.some((word) => {
    if (word === 'silence') return status === null;
    if (word === 'served')
      return status !== null && !blaming.includes(status) && !words.includes(`-${status}`);
    return Number(word) === status;
  });

/** What a server without call control says to one datagram; nothing leaves the process. */
function answerTo(octets: Buffer): { final: SipResponse | null; count: number } {
  const flow = fakeFlow();
  const core: Core = {
    transport: fakeTransport(flow),
    schedule: new FakeSchedule(),
    timers: standardTimers,
    dialogs: new DialogStore(),
    applications: { routeFor: () => null, methods: () => [] },
    log: silentLog,
  };
  const server = new UserAgentServer(core, () => {});
  const client = new UserAgentClient(core);
  const parsed = parseMessage(octets);
  if (parsed?.message.kind === 'request') server.receive(parsed.message, parsed.problem, flow);
  else if (parsed?.message.kind === 'response' && !parsed.problem) client.receive(parsed.message);
  const answers = flow.sent.map((text) => parseMessage(Buffer.from(text, 'latin1'))?.message);
  const finals = answers
    .filter((answer) => answer?.kind === 'response')
    .filter(({ status }) => status >= 200);
  return { final: finals[0] ?? null, count: finals.length };
}

for (const [rfc, folder, count] of [
  ['RFC 4475', join(shared, 'rfc4475'), 50],
  ['RFC 5118', join(shared, 'rfc5118'), 12],
] as const) {
  const there = existsSync(join(folder, 'README.md'));
  const rows = there ? rowsOf(folder) : [];

  describe.skipIf(!there)(
    `${rfc} torture messages${there ? '' : ` (the messages are not at ${relative(process.cwd(), folder)})`}`,
    () => {
      it('finds all of them', () => {
        expect(rows.length).toBe(count);
      });

      it.each(rows)('$name ($kind) is answered with one of $words', ({ name, kind, words }) => {
        const octets = readFileSync(join(folder, `${name}.dat`));
        const { final, count: answers } = answerTo(octets);
        expect(fits(final?.status ?? null, words), `status ${final?.status} ${final?.reason}`).toBe(true);
        expect(answers).toBeLessThanOrEqual(1);
        const request = parseMessage(octets)?.message;
        if (!final || !request || (kind !== 'valid' && kind !== 'application')) return;
        expect(listValues(final.headers, 'Via').length).toBe(listValues(request.headers, 'Via').length);
        for (const header of ['From', 'Call-ID', 'CSeq']) {
          expect(headerValues(final.headers, header)[0]).toBe(headerValues(request.headers, header)[0]);
        }
        if (headerValues(request.headers, 'To').length > 0) {
          expect(headerValue(final.headers, 'To')).toMatch(/;\s*tag\s*=/i);
        }
      });

      it('reads every prefix of every message without throwing', () => {
        for (const { name } of rows) {
          const octets = readFileSync(join(folder, `${name}.dat`));
          for (let end = 0; end < Math.min(octets.length, 1500); end += 7) {
            expect(() => answerTo(octets.subarray(0, end))).not.toThrow();
          }
        }
      });
    },
  );
}
