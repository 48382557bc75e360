import { type Clock, type Ids, VoxboxError } from '../foundation/index.ts';
import type { Appointment, TenantStore } from '../store/index.ts';
import { heldFor } from './booking.ts';
import { tellApproved, tellCancelled, tellMoved } from './notices.ts';
import { checkStart, findFreePlace, findService, isPlaceFree } from './openings.ts';

export interface RescheduleRequest {
  readonly appointmentId: string;
  readonly startsAtMs: number;
  /** The call that asks; null at the desk. */
  readonly callId: string | null;
  /** To nobody else of the staff. */
  readonly staffId?: string | undefined;
}

/**
 * Moves an appointment in one transaction: its own old time is not in the way, and where the new one cannot be
 * had it keeps the old one. Goes to the same member of staff where they are free, or to the one that is named. Asked
 * again it changes nothing. Where the tenant approves by hand, what a call moves is a draft again.
 *
 * @throws VoxboxError `opening_taken`, `outside_hours`, `appointment_closed`, `not_found`, `input_invalid`
 */
export function rescheduleAppointment(
  tenant: TenantStore,
  { appointmentId, startsAtMs, callId, staffId }: RescheduleRequest,
  { clock }: { readonly clock: Clock; readonly ids: Ids },
): Appointment {
  checkStart(startsAtMs);
  return tenant.transaction(() => {
    const nowMs = clock.nowMs();
    const old = find(tenant, appointmentId);
    if (old.status === 'cancelled') throw closed('it is cancelled');
    if (old.startsAtMs === startsAtMs && (staffId ?? old.staffId) === old.staffId) return old;
    if (old.startsAtMs <= nowMs) throw closed('it has begun');

    const { serviceId } = old;
    const service = findService(tenant.profile().services, serviceId);
    const held = callId === null ? undefined : heldFor(tenant, { callId, serviceId, startsAtMs }, nowMs);
    const { member, span, blocked } = findFreePlace(tenant, service, {
      ...{ startsAtMs, nowMs, callId, appointmentId, staffId },
      preferred: held ?? old.staffId,
    });
    const place = {
      staffId: member.id,
      staffName: member.name,
      startsAtMs: span.fromMs,
      endsAtMs: span.toMs,
      blockedFromMs: blocked.fromMs,
      blockedToMs: blocked.toMs,
    };
    const needsWord = callId !== null && tenant.calendarSettings.get().approval === 'by-hand';
    if (callId !== null) tenant.holds.release(callId);
    const status = needsWord ? 'draft' : old.status;
    const moved = tenant.appointments.move(appointmentId, { ...place, status }, callId);
    tellMoved(tenant, moved, nowMs);
    return moved;
  });
}

/**
 * Cancelling twice is the same as once. At the desk also what has begun can be cancelled.
 *
 * @throws VoxboxError `appointment_closed`, `not_found`
 */
export function cancelAppointment(
  tenant: TenantStore,
  { appointmentId, callId }: { readonly appointmentId: string; readonly callId: string | null },
  { clock }: { readonly clock: Clock },
): Appointment {
  return tenant.transaction(() => {
    const nowMs = clock.nowMs();
    const old = find(tenant, appointmentId);
    if (old.status === 'cancelled') return old;
    if (callId !== null && old.startsAtMs <= nowMs) throw closed('it has begun');
    const cancelled = tenant.appointments.cancel(appointmentId, { callId });
    tellCancelled(tenant, cancelled, nowMs);
    return cancelled;
  });
}

/**
 * The owner's yes to a draft; said twice it is said once.
 *
 * @throws VoxboxError `appointment_closed`, `not_found`
 */
export function approveAppointment(
  tenant: TenantStore,
  id: string,
  { clock }: { readonly clock: Clock },
): Appointment {
  return tenant.transaction(() => {
    const nowMs = clock.nowMs();
    const draft = find(tenant, id);
    if (draft.status === 'booked') return draft;
    if (draft.status === 'cancelled') throw closed('it is cancelled');
    if (draft.startsAtMs <= nowMs) throw closed('it has begun');
    const booked = tenant.appointments.approve(id);
    tellApproved(tenant, booked, nowMs);
    return booked;
  });
}

/**
 * The owner's no to a draft, which frees its time; said twice it is said once.
 *
 * @throws VoxboxError `appointment_closed` for one that is booked: that is cancelled; `not_found`
 */
export function declineAppointment(
  tenant: TenantStore,
  id: string,
  { clock }: { readonly clock: Clock },
): Appointment {
  return tenant.transaction(() => {
    const draft = find(tenant, id);
    if (draft.status === 'cancelled') return draft;
    if (draft.status === 'booked') throw closed('it is booked already');
    const declined = tenant.appointments.cancel(id, { declined: true });
    tellCancelled(tenant, declined, clock.nowMs(), { declined: true });
    return declined;
  });
}

/**
 * What was cancelled or declined by mistake is again what it was, at its own place. What stands there, or is held for
 * a call, is not pushed aside.
 *
 * @throws VoxboxError `opening_taken`, `not_found`
 */
export function restoreAppointment(
  tenant: TenantStore,
  { appointmentId, status }: { readonly appointmentId: string; readonly status: 'booked' | 'draft' },
  { clock }: { readonly clock: Clock },
): Appointment {
  return tenant.transaction(() => {
    const nowMs = clock.nowMs();
    const old = find(tenant, appointmentId);
    if (old.status !== 'cancelled') return old;
    if (!isPlaceFree(tenant, old, nowMs)) {
      throw new VoxboxError('opening_taken', `${old.staffName} is busy then`);
    }
    const restored = tenant.appointments.restore(appointmentId, status);
    if (restored.startsAtMs > nowMs) tellMoved(tenant, restored, nowMs);
    return restored;
  });
}

function find(tenant: TenantStore, id: string): Appointment {
  const appointment = tenant.appointments.find(id);
  if (!appointment) throw new VoxboxError('not_found', `there is no appointment ${id}`);
  return appointment;
}

const closed = (why: string): VoxboxError =>
  new VoxboxError('appointment_closed', `the appointment cannot be changed: ${why}`);
