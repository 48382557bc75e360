import type { ReceptionistTools } from '../agent/index.ts';
import type { ErrorShape } from '../foundation/index.ts';
import { fromErrorShape, VoxboxError } from '../foundation/index.ts';
import type { ToEngineTool, ToolResult } from './messages.ts';
import { toolsByName } from './tools-by-name.ts';

/** The agent's tools, run by the engine (the only database writer) on the agent's behalf. */
export interface RemoteTools extends ReceptionistTools {
  done(request: number, result: ToolResult): void;
  failed(request: number, error: ErrorShape): void;
  /** Rejects everything that still waits. */
  close(): void;
}

const toolTimeoutMs = 5_000;

export function createRemoteTools(send: (request: number, tool: ToEngineTool) => void): RemoteTools {
  const waiting = new Map<
    number,
    { resolve: (result: ToolResult) => void; reject: (error: Error) => void }
  >();
  let nextRequest = 1;

  const ask = (tool: ToEngineTool): Promise<ToolResult> => {
    const request = nextRequest++;
    return new Promise<ToolResult>((resolve, reject) => {
      const timer = setTimeout(
        () =>
          waiting.get(request)?.reject(new VoxboxError('deadline_exceeded', `${tool.name} took too long`)),
        toolTimeoutMs,
      );
      const settle = (): void => {
        clearTimeout(timer);
        waiting.delete(request);
      };
      waiting.set(request, {
        resolve: (result) => {
          settle();
          resolve(result);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      send(request, tool);
    });
  };

  return {
    ...toolsByName(ask),
    done: (request, result) => waiting.get(request)?.resolve(result),
    failed: (request, error) => waiting.get(request)?.reject(fromErrorShape(error)),
    close() {
      for (const { reject } of [...waiting.values()])
        reject(new VoxboxError('aborted', 'the call has ended'));
    },
  };
}
