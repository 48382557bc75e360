import { DateTime } from 'luxon';
import type { appointmentMethods, reminderMethods } from '../api/contract/index.ts';
import { remindersByTelephone } from '../calendar/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import type { Appointment, Tenant, TenantStore } from '../store/index.ts';
import type { Call, Command } from './command.ts';
import { chosenTenants, tenantFlag, withBox } from './data.ts';
import { atDesk, ownerOf } from './desk.ts';
import { localTime, table } from './table.ts';

interface Found {
  readonly tenant: Tenant;
  readonly appointment: Appointment;
}

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
    io.out(
      json ? `${JSON.stringify({ appointments: found.map(answerOf) }, null, 2)}\n` : appointmentTable(found),
    );
    return 0;
  },
};

export const appointmentsCancel: Command = {
  name: 'appointments cancel',
  summary: 'Cancel an appointment; its customer is told by mail where there is an address',
  operands: '<id>',
  flags: tenantFlag,
  run: (call) => change(call, 'appointment.cancel'),
};

export const appointmentsMove: Command = {
  name: 'appointments move',
  summary: "Move an appointment to another time of the business's zone, for example 2026-11-23T09:00",
  operands: '<id> <time>',
  flags: tenantFlag,
  run: (call) =>
    change(call, 'appointment.move', ({ timeZone }) => ({
      startsAtMs: momentOf(call.positionals[1] ?? '', timeZone),
    })),
};

export const appointmentsApprove: Command = {
  name: 'appointments approve',
  summary: 'Say yes to a draft',
  operands: '<id>',
  flags: tenantFlag,
  run: (call) => change(call, 'appointment.approve'),
};

export const appointmentsDecline: Command = {
  name: 'appointments decline',
  summary: 'Say no to a draft, which frees its time',
  operands: '<id>',
  flags: tenantFlag,
  run: (call) => change(call, 'appointment.decline'),
};

export const appointmentsReminders: Command = {
  name: 'appointments reminders',
  summary: 'List whom somebody has to remind by telephone: they have no e-mail address',
  flags: tenantFlag,
  async run({ config, json, io, text }) {
    const found = await withBox(config(), { readOnly: true }, (box) =>
      chosenTenants(box, text('tenant')).flatMap(({ tenant, store }) =>
        remindersByTelephone(store, Date.now()).map(({ appointment }) => ({ tenant, appointment })),
      ),
    );
    io.out(
      json ? `${JSON.stringify({ appointments: found.map(answerOf) }, null, 2)}\n` : appointmentTable(found),
    );
    return 0;
  },
};

export const appointmentsReminded: Command = {
  name: 'appointments reminded',
  summary: 'Say that a customer was reminded',
  operands: '<id>',
  flags: tenantFlag,
  run: (call) => change(call, 'reminder.done'),
};

/** Changes one appointment, whosever it is. */
async function change(
  { config, json, io, text, positionals }: Call,
  method: keyof typeof appointmentMethods | Exclude<keyof typeof reminderMethods, 'reminder.list'>,
  bodyFor: (tenant: Tenant) => unknown = () => ({}),
): Promise<number> {
  const [id = ''] = positionals;
  const missing = `there is no appointment ${id}`;
  const has = (store: TenantStore): Appointment | null => store.appointments.find(id);
  const tenant = await ownerOf(config(), text('tenant'), { has, missing });
  await atDesk(config(), { method, id, query: { tenant: tenant.id }, body: bodyFor(tenant) });
  // The command line shows more of it than the API does.
  const appointment = await withBox(config(), { readOnly: true }, (box) => has(box.tenant(tenant.id)));
  if (!appointment) throw new VoxboxError('not_found', missing);
  const found = { tenant, appointment };
  io.out(json ? `${JSON.stringify({ appointment: answerOf(found) }, null, 2)}\n` : appointmentTable([found]));
  return 0;
}

/**
 * A local time, with an offset where the hour comes twice.
 *
 * @throws VoxboxError `input_invalid` also for a time that the clocks skip
 */
function momentOf(text: string, zone: string): number {
  const time = DateTime.fromISO(text.replace(' ', 'T'), { zone });
  const written = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})([+-]\d{2}:\d{2}|Z)?$/.exec(text);
  if (!time.isValid || !written) {
    throw new VoxboxError('input_invalid', 'the time must be written like 2026-11-23T09:00');
  }
  const [, day, clockTime, offset] = written;
  if (offset === undefined && time.toFormat("yyyy-MM-dd'T'HH:mm") !== `${day}T${clockTime}`) {
    throw new VoxboxError('input_invalid', `the clocks skip ${clockTime} on that day`);
  }
  return time.toMillis();
}

const answerOf = ({ tenant, appointment }: Found) => ({
  tenantId: tenant.id,
  tenant: tenant.slug,
  ...appointment,
});

const appointmentTable = (found: readonly Found[]): string =>
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
  ]);
