import type { CallerContext, ProfileSnapshot } from '../agent/index.ts';
import type { Tenant, TenantStore } from '../store/index.ts';
import type { LineLeg } from './line-leg.ts';
import type { OutboundParts } from './outbound-leg.ts';
import type { CallRegistry } from './registry.ts';
import type { StaffSeat } from './staff-seat.ts';
import type { TransferEnd } from './transfer.ts';
import type { ConnectTo } from './transfer-target.ts';

/** What can be done to a call that is going on. Every method rejects with a VoxboxError. */
export interface CallControls {
  readonly callId: string;
  /** Settles when the caller is connected, is back with the agent, or has left. */
  transfer(order: TransferOrder): Promise<TransferEnd>;
  /** Rings somebody and takes them into the conversation; whoever was in it stays. */
  conference(order: { readonly to: ConnectTo }): Promise<void>;
  /** The caller hears music, and nobody hears the caller. */
  hold(): Promise<void>;
  resume(): Promise<void>;
  /** Pauses the recording (its time goes on) or resumes it; rejects with `call_not_recorded` where there is none. */
  record(on: boolean): Promise<void>;
  sendDtmf(keys: string): Promise<void>;
  hangUp(): Promise<void>;
  /** From where the staff listen, whisper and take over. */
  readonly staff: StaffSeat;
}

export interface TransferOrder {
  readonly to: ConnectTo;
  /** `attended`: the person is told who is there, and asked. `blind`: the caller is handed over as they are. */
  readonly mode: 'attended' | 'blind';
  /** How a person takes an announced call; `speech-or-key` where left out. */
  readonly acceptance?: 'speech-or-key' | 'key';
  /** Whether the caller has still to be told; an agent that transfers has said it itself. Default true. */
  readonly announces?: boolean;
  /** The caller has asked by REFER: it is not asked to place the call itself. Default false. */
  readonly asked?: boolean;
}

/** One answered call, as its controls need it. */
export interface ControlledCall {
  readonly callId: string;
  readonly tenant: Tenant;
  readonly store: TenantStore;
  readonly snapshot: ProfileSnapshot;
  readonly caller: CallerContext;
  readonly leg: LineLeg;
  /** Who answers: an agent, people in its place, or the people that a person of the house has rung. */
  readonly kind: 'agent' | 'people' | 'dialled';
  readonly isRecorded: boolean;
  /** Methods that the caller's side allows (Allow of its INVITE), and whether its trunk lets REFER be used. */
  readonly allow: string | undefined;
  readonly mayRefer: () => boolean;
  /** Host under which the caller's side reaches numbers. */
  readonly callerHost: string;
  readonly registry: CallRegistry;
  readonly parts: OutboundParts;
  /** Ends the call. */
  readonly end: (why: 'hung up' | 'handed over') => void;
}
