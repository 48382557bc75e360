import { DateTime } from 'luxon';
import type { Command } from './command.ts';
import { chosenTenants, tenantFlag, withBox } from './data.ts';
import { localTime, table } from './table.ts';

export const appointmentsList: Command = {
  name: 'appointments list',
  summary: 'List appointments from today on, earliest first',
  flags: {
    ...tenantFlag,
    all: { type: 'boolean', help: 'those of earlier days too' },
    limit: { type: 'string', value: 'COUNT', help: 'at most this many (default: 50)' },
  },
  async run({ config, json, io, text, has, count }) {
    const limit = count('limit', 50);
    const found = await withBox(config(), { readOnly: true }, (box) =>
      chosenTenants(box, text('tenant'))
        .flatMap(({ tenant, store }) => {
          const today = DateTime.now().setZone(tenant.timeZone).startOf('day').toMillis();
          const fromMs = has('all') ? undefined : today;
          return store.appointments.list({ fromMs, limit }).map((appointment) => ({ tenant, appointment }));
        })
        .toSorted((one, other) => one.appointment.startsAtMs - other.appointment.startsAtMs)
        .slice(0, limit),
    );
    if (json) {
      const appointments = found.map(({ tenant, appointment }) => ({
        tenantId: tenant.id,
        tenant: tenant.slug,
        ...appointment,
      }));
      io.out(`${JSON.stringify({ appointments }, null, 2)}\n`);
    } else {
      io.out(
        table([
          ['STARTS', 'TENANT', 'SERVICE', 'WITH', 'CUSTOMER', 'PHONE', 'STATUS', 'ID'],
          ...found.map(({ tenant, appointment }) => [
            localTime(appointment.startsAtMs, tenant.timeZone),
            tenant.slug,
            appointment.serviceName,
            appointment.staffName,
            appointment.customerName,
            appointment.customerPhone,
            appointment.status,
            appointment.id,
          ]),
        ]),
      );
    }
    return 0;
  },
};
