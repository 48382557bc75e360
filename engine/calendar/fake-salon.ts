import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DateTime } from 'luxon';
import { type Clock, type DomainEvent, isVoxboxError, silentLog, systemIds } from '../foundation/index.ts';
import { type Appointment, type NewTenant, openBox, type TenantStore } from '../store/index.ts';
import { bookAppointment, holdOpening, rescheduleAppointment } from './index.ts';

const service = { durationMinutes: 30, priceMinor: 1000, currency: 'USD' };

const usual = {
  name: 'Salon',
  timeZone: 'America/New_York',
  services: [
    { ...service, name: 'cut' },
    { ...service, name: 'colour', durationMinutes: 60, bufferBeforeMinutes: 10, bufferAfterMinutes: 20 },
    { ...service, name: 'class', capacity: 3, staff: ['Ben'] },
  ],
  staff: [{ name: 'Ann' }, { name: 'Ben' }],
} satisfies NewTenant;

interface BookingFields {
  readonly callId?: string | null;
  readonly service?: string;
  readonly name?: string;
  readonly phone?: string;
  readonly email?: string | null;
  readonly details?: Readonly<Record<string, string>>;
}

/** A business in a real store of its own, with a clock that is moved by hand: Friday, noon, in its zone. */
export function openFakeSalon(fields: Partial<NewTenant> = {}) {
  const zone = fields.timeZone ?? usual.timeZone;
  const at = (local: string): number => DateTime.fromISO(local, { zone }).toMillis();
  let nowMs = at('2026-11-20T12:00');
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const parts = { clock, ids: systemIds };
  const dataDir = mkdtempSync(join(tmpdir(), 'voxbox-salon-'));
  const open = () => openBox({ dataDir, ...parts, log: silentLog });
  let box = open();
  const { id } = box.tenants.create({ ...usual, ...fields });
  const events: DomainEvent[] = [];
  const listen = (): TenantStore => {
    box.onEvent((event) => events.push(event));
    return box.tenant(id);
  };
  let tenant = listen();
  const serviceId = (name: string): string =>
    tenant.profile().services.find((one) => one.name === name)?.id ?? '';

  return {
    at,
    clock,
    parts,
    events,
    serviceId,
    get tenant() {
      return tenant;
    },
    staffId: (name: string): string => tenant.profile().staff.find((one) => one.name === name)?.id ?? '',
    setNow(local: string | number) {
      nowMs = typeof local === 'number' ? local : at(local);
    },
    call(callId: string): string {
      const call = { sipCallId: callId, callerNumber: null, callerName: null, calledNumber: '+15555550100' };
      tenant.calls.start({ id: callId, ...call });
      return callId;
    },
    book: (local: string | number, more: BookingFields = {}): Appointment =>
      bookAppointment(
        tenant,
        {
          serviceId: serviceId(more.service ?? 'cut'),
          startsAtMs: typeof local === 'number' ? local : at(local),
          customerName: more.name ?? 'Sarah Miller',
          customerPhone: more.phone ?? '+15555550123',
          callId: more.callId ?? null,
          ...(more.email === undefined ? {} : { customerEmail: more.email }),
          ...(more.details === undefined ? {} : { details: more.details }),
        },
        parts,
      ),
    hold: (local: string, callId: string, name = 'cut') =>
      holdOpening(tenant, { serviceId: serviceId(name), startsAtMs: at(local), callId }, parts),
    move: (appointmentId: string, local: string, callId: string | null = null): Appointment =>
      rescheduleAppointment(tenant, { appointmentId, startsAtMs: at(local), callId }, parts),
    moveTo: (timeZone: string) => box.tenants.setRegion(id, { timeZone }),
    /** As after a crash of the engine and its new start. */
    reopen() {
      box.close();
      box = open();
      tenant = listen();
    },
    close() {
      box.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export type FakeSalon = ReturnType<typeof openFakeSalon>;

/** Code of the expected failure; null where there was none. */
export function codeOf(work: () => unknown): string | null {
  try {
    work();
  } catch (error) {
    if (isVoxboxError(error)) return error.code;
    throw error;
  }
  return null;
}
