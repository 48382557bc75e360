import { bookAppointment, findOpenings } from '../calendar/index.ts';
import type { Clock, Ids, Log } from '../foundation/index.ts';
import { toErrorShape } from '../foundation/index.ts';
import type { TenantStore } from '../store/index.ts';
import type { ToEngineTool, ToolResult } from './messages.ts';
import type { CallMessage, CallWorker } from './worker-client.ts';

export interface ToolParts {
  readonly worker: CallWorker;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** Runs one tool of the agent: validated arguments, one domain function, one transaction. */
export function answerTool(
  { callId, request, tool }: Extract<CallMessage, { kind: 'tool' }>,
  store: TenantStore,
  { worker, clock, ids, log }: ToolParts,
): void {
  try {
    worker.toolDone(callId, request, runTool(tool, store, { callId, clock, ids }));
  } catch (error) {
    log.warn({ err: error, tool: tool.name }, 'a tool failed');
    worker.toolFailed(callId, request, toErrorShape(error, 'input_invalid'));
  }
}

function runTool(
  tool: ToEngineTool,
  store: TenantStore,
  { callId, clock, ids }: { callId: string; clock: Clock; ids: Ids },
): ToolResult {
  switch (tool.name) {
    case 'findOpenings':
      return { name: 'findOpenings', value: findOpenings(store, tool.args, clock) };
    case 'book': {
      const { id, serviceName, startsAtMs, endsAtMs, staffName } = bookAppointment(
        store,
        { ...tool.args, callId },
        { clock, ids },
      );
      return { name: 'book', value: { id, serviceName, startsAtMs, endsAtMs, staffName } };
    }
  }
}
