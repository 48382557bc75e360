import type { AgentCallSession, Receptionist } from '../agent/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import type { Bridge } from '../media/index.ts';
import type { AgentAudio } from './agent-audio.ts';
import type { CarriedLeg } from './carried-leg.ts';
import type { RemoteTools } from './remote-tools.ts';
import type { StaffEar } from './staff-ear.ts';

/** The agent of one call, with the way to its ears and to its mind. */
export interface CarriedAgent {
  readonly session: AgentCallSession;
  readonly audio: AgentAudio;
  readonly receptionist: Pick<Receptionist, 'hint'>;
  readonly staff: StaffEar;
}

/** One call as the worker holds it: its legs, what connects them, and the agent on the caller's. */
export interface CarriedCall {
  readonly legs: Map<string, CarriedLeg>;
  readonly tools: RemoteTools;
  readonly abort: AbortController;
  bridge: Bridge | null;
  agent: CarriedAgent | null;
}

/** @throws VoxboxError `not_found` */
export function legOf(call: CarriedCall, id: string): CarriedLeg {
  const leg = call.legs.get(id);
  if (!leg) throw new VoxboxError('not_found', `the call has no leg ${id}`);
  return leg;
}

/** @throws VoxboxError `not_found` */
export function agentOf({ agent }: CarriedCall): CarriedAgent {
  if (!agent) throw new VoxboxError('not_found', 'no agent answers this call');
  return agent;
}
