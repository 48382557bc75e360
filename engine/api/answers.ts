import type { Box, Appointment as StoredAppointment, Tenant as StoredTenant } from '../store/index.ts';
import type { Appointment, Tenant, TenantChangeRequest } from './contract/index.ts';

/** What the store knows, in the nouns of the contract. */
export interface Answers {
  /** Those of them, oldest first. */
  tenants(ids: readonly string[]): Tenant[];
  /** @throws VoxboxError `tenant_unknown` */
  changeTenant(id: string, request: TenantChangeRequest, by: string | null): Tenant;
  /** Of those businesses, earliest first. */
  appointments(options: AppointmentSpan): Appointment[];
}

export interface AppointmentSpan {
  readonly tenants: readonly string[];
  readonly from: number;
  readonly to: number;
  /** Of one customer's number. */
  readonly caller?: string | undefined;
  /** Somewhere in the customer's name or number. */
  readonly q?: string | undefined;
  readonly limit: number;
}

export function createAnswers(box: Box): Answers {
  const answer = (tenant: StoredTenant): Tenant => tenantAnswer(box, tenant);

  return {
    tenants: (ids) =>
      box.tenants
        .list()
        .filter(({ id }) => ids.includes(id))
        .map(answer),
    changeTenant: (id, change, by) => answer(changedTenant(box, id, change, by)),
    appointments: ({ tenants, from, to, caller, q, limit }) =>
      tenants
        .map((id) => box.tenant(id))
        .flatMap((store) =>
          store.appointments
            .list({ fromMs: from, toMs: to, customerPhone: caller, text: q, limit })
            .map((one) => appointmentAnswer(one, store.tenantId)),
        )
        .sort((a, b) => a.startsAtMs - b.startsAtMs || (a.id < b.id ? -1 : 1))
        .slice(0, limit),
  };
}

/** All that is named, or nothing. @throws VoxboxError `tenant_unknown`, `input_invalid` */
export const changedTenant = (
  { tenants, transaction }: Box,
  id: string,
  { name, recording, ...region }: TenantChangeRequest,
  by: string | null,
): StoredTenant =>
  transaction(() => {
    if (recording) tenants.setRecording(id, recording);
    const changed = tenants.setRegion(id, region);
    // Last: it reaches into the business's own file, which nothing that is refused afterwards would undo.
    return name === undefined ? changed : tenants.rename(id, name, by);
  });

export const tenantAnswer = (box: Box, tenant: StoredTenant): Tenant => ({
  ...tenant,
  numbers: box.numbers.list(tenant.id).map(({ number, label, active }) => ({ number, label, active })),
  agentName: box.tenant(tenant.id).profile().profile.agentName,
});

export const appointmentAnswer = (appointment: StoredAppointment, tenantId: string): Appointment => ({
  id: appointment.id,
  tenantId,
  serviceId: appointment.serviceId,
  serviceName: appointment.serviceName,
  staffId: appointment.staffId,
  staffName: appointment.staffName,
  startsAtMs: appointment.startsAtMs,
  endsAtMs: appointment.endsAtMs,
  customerName: appointment.customerName,
  customerPhone: appointment.customerPhone,
  customerEmail: appointment.customerEmail,
  details: appointment.details,
  status: appointment.status,
  source: appointment.practice ? 'practice' : appointment.callId === null ? 'desk' : 'phone',
  callId: appointment.callId,
  createdAtMs: appointment.createdAtMs,
});
