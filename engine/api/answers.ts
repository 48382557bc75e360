import { VoxboxError } from '../foundation/index.ts';
import type {
  Box,
  Appointment as StoredAppointment,
  Call as StoredCall,
  TenantStore,
} from '../store/index.ts';
import type {
  Appointment,
  Call,
  CallDetail,
  NewTenantRequest,
  Tenant,
  TenantChangeRequest,
} from './contract/index.ts';

/** What the store knows, in the nouns of the contract. */
export interface Answers {
  tenants(): Tenant[];
  createTenant(request: NewTenantRequest): Tenant;
  /** @throws VoxboxError `tenant_unknown` */
  changeTenant(id: string, request: TenantChangeRequest): Tenant;
  /** Latest first. @throws VoxboxError `tenant_unknown` */
  calls(options: { readonly tenant?: string; readonly limit: number }): Call[];
  /** @throws VoxboxError `not_found` */
  call(id: string): CallDetail;
  /** Path of the call's recording, relative to the data directory. @throws VoxboxError `not_found` */
  recording(id: string): string;
  /** Earliest first. @throws VoxboxError `tenant_unknown` */
  appointments(options: AppointmentSpan): Appointment[];
}

export interface AppointmentSpan {
  readonly tenant?: string;
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

export function createAnswers(box: Box): Answers {
  const stores = (tenantId: string | undefined): TenantStore[] =>
    tenantId === undefined
      ? box.tenants.list().map((tenant) => box.tenant(tenant.id))
      : [box.tenant(tenantId)];

  const find = (id: string): { store: TenantStore; call: StoredCall } => {
    for (const store of stores(undefined)) {
      const call = store.calls.find(id);
      if (call) return { store, call };
    }
    throw new VoxboxError('not_found', `there is no call ${id}`);
  };

  const tenantAnswer = (tenant: ReturnType<Box['tenants']['list']>[number]): Tenant => ({
    ...tenant,
    numbers: box.numbers.list(tenant.id).map(({ number, label, active }) => ({ number, label, active })),
    agentName: box.tenant(tenant.id).profile().profile.agentName,
  });

  return {
    tenants: () => box.tenants.list().map(tenantAnswer),
    createTenant: (request) => tenantAnswer(box.tenants.create(request)),
    changeTenant: (id, { recording }) => tenantAnswer(box.tenants.setRecording(id, recording)),
    calls: ({ tenant, limit }) =>
      stores(tenant)
        .flatMap((store) => store.calls.list({ limit }).map((call) => callAnswer(call, store.tenantId)))
        .sort((a, b) => b.startedAtMs - a.startedAtMs || (a.id < b.id ? 1 : -1))
        .slice(0, limit),
    call(id) {
      const { store, call } = find(id);
      return {
        call: callAnswer(call, store.tenantId),
        transcript: store.transcript.list(id).map(({ callId: _, ...turn }) => turn),
        slots: Object.assign({}, ...store.understood(id).map((understood) => understood.slots)),
        appointments: store.appointments.ofCall(id).map((one) => appointmentAnswer(one, store.tenantId)),
        quality: call.quality,
      };
    },
    recording(id) {
      const { recording } = find(id).call;
      if (recording === null) throw new VoxboxError('not_found', `call ${id} was not recorded`);
      return recording;
    },
    appointments: ({ tenant, from, to, limit }) =>
      stores(tenant)
        .flatMap((store) =>
          store.appointments
            .list({ fromMs: from, toMs: to, limit })
            .map((one) => appointmentAnswer(one, store.tenantId)),
        )
        .sort((a, b) => a.startsAtMs - b.startsAtMs || (a.id < b.id ? -1 : 1))
        .slice(0, limit),
  };
}

const callAnswer = (call: StoredCall, tenantId: string): Call => ({
  id: call.id,
  tenantId,
  direction: call.direction,
  callerNumber: call.callerNumber,
  callerName: call.callerName,
  calledNumber: call.calledNumber,
  state: call.state,
  outcome: call.outcome,
  startedAtMs: call.startedAtMs,
  answeredAtMs: call.answeredAtMs,
  endedAtMs: call.endedAtMs,
  // Its file is complete when the call is over.
  hasRecording: call.recording !== null && call.endedAtMs !== null,
});

export const appointmentAnswer = (appointment: StoredAppointment, tenantId: string): Appointment => ({
  id: appointment.id,
  tenantId,
  serviceName: appointment.serviceName,
  staffName: appointment.staffName,
  startsAtMs: appointment.startsAtMs,
  endsAtMs: appointment.endsAtMs,
  customerName: appointment.customerName,
  customerPhone: appointment.customerPhone,
  status: appointment.status,
  callId: appointment.callId,
  createdAtMs: appointment.createdAtMs,
});
