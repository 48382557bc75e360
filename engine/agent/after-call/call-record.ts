import type {
  Appointment,
  Call,
  Playbook,
  Service,
  Submission,
  TenantStore,
  TranscriptTurn,
  Understood,
} from '../../store/index.ts';

/** Everything the box knows of a call that is over: what the work after it reads, and nothing else. */
export interface CallRecord {
  readonly call: Call;
  readonly turns: readonly TranscriptTurn[];
  readonly understood: readonly Understood[];
  /** Booked in the call and not cancelled since. */
  readonly booked: readonly Appointment[];
  /** Cancelled by the call. */
  readonly cancelled: readonly Appointment[];
  /** Moved by the call, and not booked by it. */
  readonly moved: readonly { readonly appointment: Appointment; readonly fromMs: number }[];
  readonly submissions: readonly Submission[];
  readonly services: readonly Service[];
  readonly playbook: Playbook;
  /** IANA zone in which times are told. */
  readonly timeZone: string;
  /** BCP 47. */
  readonly language: string;
}

/** Null where there is no such call. */
export function callRecordOf(
  store: TenantStore,
  callId: string,
  { language }: { readonly language: string },
): CallRecord | null {
  const call = store.calls.find(callId);
  if (!call) return null;
  const booked = store.appointments.ofCall(callId);
  const changes = store.analyses.appointmentChanges(callId);
  return {
    call,
    turns: store.transcript.list(callId),
    understood: store.understood(callId),
    booked,
    cancelled: changes.cancelled.flatMap((id) => store.appointments.find(id) ?? []),
    moved: changes.moved.flatMap(({ appointmentId, fromMs }) => {
      const appointment = store.appointments.find(appointmentId);
      const isOwn = booked.some(({ id }) => id === appointmentId);
      return appointment?.status === 'cancelled' || isOwn || !appointment ? [] : [{ appointment, fromMs }];
    }),
    submissions: store.submissions.ofCall(callId),
    services: store.profile().services,
    playbook: store.playbook(),
    timeZone: store.timeZone,
    language,
  };
}

/** The number of whoever the agent talked with; null where it is withheld, or no number of the telephone network. */
export function partyNumber({ call, turns }: Pick<CallRecord, 'call' | 'turns'>): string | null {
  const number =
    call.direction === 'inbound' ? call.callerNumber : turns.length > 0 ? call.calledNumber : null;
  return number !== null && /^\+[1-9]\d{6,14}$/.test(number) ? number : null;
}

/** The name that whoever called gave for themselves; what the network shows comes last. */
export function partyName({
  call,
  understood,
  booked,
  moved,
  cancelled,
  submissions,
}: CallRecord): string | null {
  const said = understood.findLast(({ slots }) => (slots.name ?? '') !== '')?.slots.name;
  const left = submissions.findLast((one) => one.customerName !== null)?.customerName;
  const changed = moved.at(-1)?.appointment ?? cancelled.at(-1);
  return said ?? booked.at(-1)?.customerName ?? left ?? changed?.customerName ?? call.callerName;
}
