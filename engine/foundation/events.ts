/**
 * What happened, in the past tense. An event is written in the same transaction as the change it
 * tells of; the feed sends it on after the commit and the screens fold it in.
 */
export type DomainEvent =
  | { readonly type: 'tenant.created'; readonly tenantId: string; readonly name: string }
  | {
      readonly type: 'call.started';
      readonly tenantId: string;
      readonly callId: string;
      readonly callerNumber: string | null;
      readonly calledNumber: string;
    }
  | { readonly type: 'call.answered'; readonly tenantId: string; readonly callId: string }
  | {
      readonly type: 'turn.recorded';
      readonly tenantId: string;
      readonly callId: string;
      readonly turnId: string;
      readonly speaker: 'caller' | 'agent';
      readonly text: string;
    }
  | {
      readonly type: 'slots.understood';
      readonly tenantId: string;
      readonly callId: string;
      readonly skill: string;
      readonly slots: Readonly<Record<string, string>>;
    }
  | {
      readonly type: 'appointment.booked';
      readonly tenantId: string;
      readonly callId: string | null;
      readonly appointmentId: string;
    }
  | { readonly type: 'appointment.cancelled'; readonly tenantId: string; readonly appointmentId: string }
  | {
      readonly type: 'call.ended';
      readonly tenantId: string;
      readonly callId: string;
      readonly outcome: string;
    }
  | {
      readonly type: 'call.refused';
      /** Null where the number belongs to nobody. */
      readonly tenantId: string | null;
      readonly calledNumber: string;
      readonly reason: string;
    };

export type DomainEventType = DomainEvent['type'];

export type StoredEvent = DomainEvent & {
  /** Order of the event within its database. */
  readonly sequence: number;
  readonly atMs: number;
};
