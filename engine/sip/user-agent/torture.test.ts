import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fits, tortureSets } from '../../../test/interop/isolated/torture-messages.ts';
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
import { standardSession } from './session-timer.ts';

/** What a server without call control says to one datagram; nothing leaves the process. */
function answerTo(octets: Buffer): { final: SipResponse | null; count: number } {
  const flow = fakeFlow();
  const core: Core = {
    transport: fakeTransport(flow),
    schedule: new FakeSchedule(),
    timers: standardTimers,
    dialogs: new DialogStore(),
    applications: { routeFor: () => null, methods: () => [] },
    guard: null,
    session: standardSession,
    log: silentLog,
  };
  const client = new UserAgentClient(core);
  const server = new UserAgentServer(core, {
    hangUp: () => {},
    refresh: () => {},
    isBusy: () => false,
    dialogOfNotify: () => null,
  });
  const parsed = parseMessage(octets);
  if (parsed?.message.kind === 'request') server.receive(parsed.message, parsed.problem, flow);
  else if (parsed?.message.kind === 'response' && !parsed.problem) client.receive(parsed.message);
  const answers = flow.sent.map((text) => parseMessage(Buffer.from(text, 'latin1'))?.message);
  const finals = answers
    .filter((answer) => answer?.kind === 'response')
    .filter(({ status }) => status >= 200);
  return { final: finals[0] ?? null, count: finals.length };
}

for (const { rfc, folder, count, missing, rows } of tortureSets()) {
  describe.skipIf(missing)(`${rfc} torture messages${missing}`, () => {
    it('finds all of them', () => {
      expect(rows.length).toBe(count);
    });

    it.each(rows)('$name ($kind) is answered with one of $udp', ({ name, kind, udp }) => {
      const octets = readFileSync(join(folder, `${name}.dat`));
      const { final, count: answers } = answerTo(octets);
      expect(fits(final?.status ?? null, udp), `status ${final?.status} ${final?.reason}`).toBe(true);
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
          answerTo(octets.subarray(0, end));
        }
      }
    });
  });
}
