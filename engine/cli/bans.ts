import type { Command } from './command.ts';
import { readLines } from './data.ts';
import { localTime, table } from './table.ts';
import { writeLine } from './write.ts';

export const bansList: Command = {
  name: 'bans list',
  summary: 'List addresses that were shut out, latest first',
  flags: {},
  async run({ config, json, io }) {
    const { bans } = await readLines(config(), (lines) => lines.bans());
    const now = Date.now();
    if (json) io.out(`${JSON.stringify({ bans }, null, 2)}\n`);
    else {
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      io.out(
        table([
          ['ADDRESS', 'REASON', 'TIMES', 'SINCE', 'UNTIL'],
          ...bans.map((ban) => [
            ban.address,
            ban.reason,
            String(ban.count),
            localTime(ban.bannedAtMs, zone),
            ban.untilMs > now ? localTime(ban.untilMs, zone) : 'over',
          ]),
        ]),
      );
    }
    return 0;
  },
};

export const bansLift: Command = {
  name: 'bans lift',
  summary: 'Answer an address again',
  operands: '<id>',
  flags: {},
  async run({ config, json, io, positionals }) {
    const [address = ''] = positionals;
    await writeLine(config(), { method: 'ban.lift', id: address, alone: (lines) => lines.liftBan(address) });
    io.out(json ? `${JSON.stringify({ lifted: address })}\n` : `Lifted ${address}.\n`);
    return 0;
  },
};
