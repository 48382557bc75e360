import type { Clock } from '../foundation/index.ts';
import type { Appointment, CalendarSettings, MailKind, Reminder, TenantStore } from '../store/index.ts';

/**
 * What a change of an appointment sets going: mail to its customer, and its reminder. Written in the
 * transaction of the change, so that neither is ever without the other. A draft is told to nobody.
 */

export function tellBooked(tenant: TenantStore, appointment: Appointment, nowMs: number): void {
  if (appointment.status !== 'booked') return;
  queueMail(tenant, 'invitation', { appointment, nowMs });
  setReminder(tenant, appointment, nowMs);
}

/** Also what waited for approval a second time: an invitation that is out already is brought up to date. */
export function tellApproved(tenant: TenantStore, appointment: Appointment, nowMs: number): void {
  const kind = tenant.outgoingMail.wasInvited(appointment.id) ? 'update' : 'invitation';
  queueMail(tenant, kind, { appointment, nowMs });
  setReminder(tenant, appointment, nowMs);
}

export function tellMoved(tenant: TenantStore, appointment: Appointment, nowMs: number): void {
  if (appointment.status === 'booked') tellApproved(tenant, appointment, nowMs);
  else tenant.reminders.cancel(appointment.id);
}

export function tellCancelled(
  tenant: TenantStore,
  appointment: Appointment,
  nowMs: number,
  { declined = false } = {},
): void {
  tenant.reminders.cancel(appointment.id);
  if (tenant.outgoingMail.wasInvited(appointment.id)) {
    queueMail(tenant, 'cancellation', { appointment, nowMs });
  } else if (declined) queueMail(tenant, 'declined', { appointment, nowMs });
}

/** More than a business books ahead. */
const mostAhead = 10_000;

/**
 * How bookings are taken from now on. When customers are reminded holds for what is booked already, too; who was
 * reminded is not reminded again.
 *
 * @throws VoxboxError `input_invalid`
 */
export function changeCalendarSettings(
  tenant: TenantStore,
  change: Partial<CalendarSettings>,
  { clock }: { readonly clock: Clock },
): CalendarSettings {
  return tenant.transaction(() => {
    const before = tenant.calendarSettings.get();
    const settings = tenant.calendarSettings.change(change);
    if (settings.reminderLeadMs === before.reminderLeadMs) return settings;
    const nowMs = clock.nowMs();
    for (const appointment of tenant.appointments.list({ fromMs: nowMs, limit: mostAhead })) {
      const { status = 'waiting' } = tenant.reminders.find(appointment.id) ?? {};
      const isToCome = status === 'waiting' || status === 'cancelled';
      if (appointment.status === 'booked' && isToCome) setReminder(tenant, appointment, nowMs);
    }
    return settings;
  });
}

/** Whom somebody of the business has to call, the longest due first; what has begun is past reminding. */
export const remindersByTelephone = (
  { reminders, appointments }: TenantStore,
  nowMs: number,
): { readonly appointment: Appointment; readonly dueAtMs: number }[] =>
  reminders.tasks().flatMap(({ appointmentId, dueAtMs }) => {
    const appointment = appointments.find(appointmentId);
    return appointment && appointment.startsAtMs > nowMs ? [{ appointment, dueAtMs }] : [];
  });

/** Reminders whose time has come and that nobody was given yet, the longest due first. */
export const dueReminders = (tenant: TenantStore, nowMs: number): Reminder[] => tenant.reminders.due(nowMs);

/**
 * Hands every due reminder on, exactly once: as a mail where the customer has an address and the tenant a
 * mail account, else as a task for the owner. What comes too late to be of use is dropped.
 */
export function handOverReminders(tenant: TenantStore, clock: Clock): void {
  const nowMs = clock.nowMs();
  for (const { appointmentId, dueAtMs } of dueReminders(tenant, nowMs)) {
    tenant.transaction(() => {
      const appointment = tenant.appointments.find(appointmentId);
      const isCurrent = tenant.reminders.find(appointmentId)?.dueAtMs === dueAtMs;
      if (!appointment || !isCurrent) return;
      if (appointment.status !== 'booked' || appointment.startsAtMs <= nowMs) {
        tenant.reminders.cancel(appointmentId);
        return;
      }
      const kind = reminderKind(tenant, appointment);
      if (!tenant.reminders.markSent(appointmentId, { kind, atMs: nowMs })) return;
      if (kind === 'email') queueMail(tenant, 'reminder', { appointment, nowMs });
    });
  }
}

function setReminder(tenant: TenantStore, appointment: Appointment, nowMs: number): void {
  const { reminderLeadMs } = tenant.calendarSettings.get();
  const dueAtMs = appointment.startsAtMs - (reminderLeadMs ?? 0);
  // Whoever has just booked for tomorrow morning needs no reminder of it.
  if (reminderLeadMs === null || dueAtMs <= nowMs) tenant.reminders.cancel(appointment.id);
  else {
    const kind = reminderKind(tenant, appointment);
    tenant.reminders.put({ appointmentId: appointment.id, kind, dueAtMs });
  }
}

const reminderKind = (tenant: TenantStore, { customerEmail }: Appointment): Reminder['kind'] =>
  customerEmail !== null && tenant.calendarSettings.mailAccount() !== null ? 'email' : 'task';

/** Without an account nothing is kept: mail that is weeks old would go out when one is set up. */
function queueMail(
  tenant: TenantStore,
  kind: MailKind,
  { appointment, nowMs }: { readonly appointment: Appointment; readonly nowMs: number },
): void {
  const recipient = appointment.customerEmail;
  if (recipient === null || tenant.calendarSettings.mailAccount() === null) return;
  tenant.outgoingMail.put({ kind, recipient, appointment, createdAtMs: nowMs });
}
