import type { LineStatus, PhoneLine } from '../api/contract/index.ts';
import type { Command } from './command.ts';
import { ask, withEngine } from './running.ts';
import { localTime, table } from './table.ts';

export const linesList: Command = {
  name: 'lines list',
  summary: 'Show how each trunk is now, and where phones are signed in',
  flags: {},
  run: (call) =>
    withEngine(call, async (engine) => {
      const { io, json } = call;
      const answer = await ask(engine, { method: 'line.list' });
      if (json) {
        io.out(`${JSON.stringify(answer, null, 2)}\n`);
        return 0;
      }
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      io.out(`${trunkTable(answer.lines, zone)}\n${phoneTable(answer.phones, zone)}`);
      return 0;
    }),
};

const trunkTable = (lines: readonly LineStatus[], zone: string): string =>
  table([
    ['TRUNK', 'STATUS', 'SINCE', 'CALLS', 'ROUND TRIP', 'SEEN AS', 'WHY'],
    ...lines.map((line) => [
      line.name,
      line.status,
      localTime(line.sinceMs, zone),
      line.maxCalls === null ? String(line.callsNow) : `${line.callsNow} of ${line.maxCalls}`,
      line.roundTripMs === null ? '-' : `${Math.round(line.roundTripMs)} ms`,
      line.externalAddress ?? '-',
      line.reason ?? '',
    ]),
  ]);

/** One row for each place that a phone is signed in from. */
const phoneTable = (phones: readonly PhoneLine[], zone: string): string =>
  table([
    ['PHONE', 'LABEL', 'USER NAME', 'SIGNED IN FROM', 'UNTIL', 'DEVICE', 'CONTACT'],
    ...phones.flatMap(({ extension, label, username, bindings }) =>
      bindings.length === 0
        ? [[extension, label, username, 'not signed in']]
        : bindings.map(({ contact, flow, userAgent, expiresAtMs }) => [
            ...[extension, label, username, flow],
            ...[localTime(expiresAtMs, zone), userAgent ?? '-', contact],
          ]),
    ),
  ]);
