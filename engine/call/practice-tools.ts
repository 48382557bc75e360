import { cancelAppointment } from '../calendar/index.ts';
import type { Clock } from '../foundation/index.ts';
import type { TenantStore } from '../store/index.ts';
import type { ToEngineTool, ToolResult } from './messages.ts';
import { type RunToolParts, runTool } from './tools.ts';

/**
 * Runs one tool in a practice talk. It may touch what the talk itself has made and nothing else: no caller's
 * appointment, no list of numbers, no question for the owner.
 *
 * @throws VoxboxError of the domain function
 */
export async function runPracticeTool(
  tool: ToEngineTool,
  store: TenantStore,
  parts: RunToolParts,
): Promise<ToolResult> {
  switch (tool.name) {
    case 'findAppointments': {
      const own = new Set(store.appointments.ofCall(parts.callId).map(({ id }) => id));
      const found = await runTool(tool, store, parts);
      if (found.name !== 'findAppointments') return found;
      return { name: found.name, value: found.value.filter(({ id }) => own.has(id)) };
    }
    case 'lookUp':
      return runTool({ ...tool, args: { ...tool.args, keep: false } }, store, parts);
    case 'doNotCall':
      return { name: tool.name, value: { number: tool.args.number } };
    default:
      return runTool(tool, store, parts);
  }
}

/** After the talk its appointments are free again, and what was left in it waits for nobody. */
export function tidyPractice(store: TenantStore, callId: string, clock: Clock): void {
  store.transaction(() => {
    for (const { id, status } of store.appointments.ofCall(callId)) {
      if (status !== 'cancelled') cancelAppointment(store, { appointmentId: id, callId: null }, { clock });
    }
    for (const { id, status } of store.submissions.ofCall(callId)) {
      if (status !== 'done') store.submissions.setStatus(id, 'done');
    }
    store.holds.release(callId);
  });
}
