import type { ReceptionistTools } from '../agent/index.ts';
import type { ToEngineTool, ToolName, ToolResult } from './messages.ts';

/** The agent's tools as one function that is told which tool, and answers with that tool's result. */
export function toolsByName(run: (tool: ToEngineTool) => Promise<ToolResult>): ReceptionistTools {
  const named = <N extends ToolName>(name: N): ReceptionistTools[N] =>
    // Name and arguments belong together, which a type made of a name that is not known yet cannot tell.
    ((args: unknown) =>
      run({ name, args } as ToEngineTool).then((result) => {
        if (result.name !== name)
          throw new Error(`the tool ${name} was answered with the result of ${result.name}`);
        return result.value;
      })) as ReceptionistTools[N];
  return {
    findOpenings: named('findOpenings'),
    hold: named('hold'),
    book: named('book'),
    findAppointments: named('findAppointments'),
    reschedule: named('reschedule'),
    cancel: named('cancel'),
    submit: named('submit'),
    lookUp: named('lookUp'),
    doNotCall: named('doNotCall'),
  };
}
