import type { Command } from './command.ts';
import { tenantIdOf, withBox } from './data.ts';
import { localTime, table } from './table.ts';

export const auditList: Command = {
  name: 'audit list',
  summary: 'List what people did, latest first',
  flags: {
    limit: { type: 'string', value: 'COUNT', help: 'so many (default: 50)' },
    tenant: { type: 'string', value: 'SLUG', help: 'of this business only (slug or id)' },
    who: { type: 'string', value: 'TEXT', help: 'part of a name' },
    what: { type: 'string', value: 'TEXT', help: 'part of a method, for example user or call.recording' },
  },
  async run({ config, json, io, text, count }) {
    const tenant = text('tenant');
    const tenantIds = tenant === undefined ? {} : { tenantIds: [await tenantIdOf(config(), tenant)] };
    const [who, what] = [text('who'), text('what')];
    const filter = {
      ...{ limit: count('limit', 50), ...tenantIds },
      ...(who === undefined ? {} : { who }),
      ...(what === undefined ? {} : { what }),
    };
    const entries = await withBox(config(), { readOnly: true }, (box) => box.audit.list(filter));
    if (json) io.out(`${JSON.stringify({ entries }, null, 2)}\n`);
    else {
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      io.out(
        table([
          ['NO', 'WHEN', 'WHO', 'WHAT', 'OUTCOME', 'THING'],
          ...entries.map((entry) => [
            ...[String(entry.sequence), localTime(entry.atMs, zone), entry.whoName],
            ...[entry.what, entry.outcome, entry.thing ?? entry.tenantId ?? ''],
          ]),
        ]),
      );
    }
    return 0;
  },
};

export const auditVerify: Command = {
  name: 'audit verify',
  summary: 'Check that nobody changed the log of what people did',
  flags: {},
  async run({ config, json, io }) {
    const verdict = await withBox(config(), { readOnly: true }, (box) => box.audit.verify());
    const { entries, brokenAt, head } = verdict;
    if (json) io.out(`${JSON.stringify(verdict)}\n`);
    else if (brokenAt === null) io.out(`All ${entries} entries are as they were written. Last: ${head}\n`);
    else io.out(`Entry ${brokenAt} is not as it was written.\n`);
    return brokenAt === null ? 0 : 1;
  },
};
