import type { BoxStatus } from './contract/index.ts';
import type { LiveCalls } from './live.ts';

/** How the box is, as the engine knows it; what it does not tell is shown as unknown. */
export interface BoxHealth extends Partial<Omit<BoxStatus, 'status' | 'callsNow'>> {
  readonly status: BoxStatus['status'];
}

export const statusOf = (health: BoxHealth, live: LiveCalls): BoxStatus => ({
  status: health.status,
  version: health.version ?? null,
  sipAddress: health.sipAddress ?? null,
  callsNow: live.list().length,
  capacity: health.capacity ?? null,
  models: health.models ?? [],
  devices: health.devices ?? [],
  problems: health.problems ?? [],
});
