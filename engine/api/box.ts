import { release, type as systemName } from 'node:os';
import { join } from 'node:path';
import { VoxboxError } from '../foundation/index.ts';
import { boxProblems } from './box-problems.ts';
import type { BoxStatus, LineStatus, MachineHealth } from './contract/index.ts';
import { isOfThisMachine } from './guard.ts';
import { logTail } from './log-tail.ts';
import type { Machine } from './machine.ts';
import type { Serve } from './method-server.ts';
import { metricsText, metricsType } from './metrics.ts';
import { describeApi } from './openapi.ts';

export interface BoxParts {
  readonly machine: Machine;
  readonly status: () => BoxStatus;
  /** In failover order. */
  readonly lines: () => readonly LineStatus[];
  readonly dataDir: string;
  /** Null where there are no models. */
  readonly modelsDir: string | null;
  readonly nowMs: () => number;
}

/** Serves `boxMethods`: how the machine under the box does, and how this API is described. */
export function serveBox(serve: Serve, parts: BoxParts): void {
  const { machine, status, lines, dataDir, modelsDir, nowMs } = parts;
  const startedAtMs = Math.round(nowMs() - process.uptime() * 1000);
  let description: ReturnType<typeof describeApi> | null = null;

  const health = async (): Promise<MachineHealth> => {
    const sample = await machine.look();
    const now = status();
    return {
      ...sample,
      gpus: sample.gpus.length > 0 ? sample.gpus : gpusOf(now),
      sampledAtMs: nowMs(),
      version: now.version ?? 'unknown',
      nodeVersion: process.versions.node,
      system: `${systemName()} ${release()}`,
      ...{ startedAtMs, dataDir, modelsDir },
      ...{ callsNow: now.callsNow, capacity: now.capacity },
      problems: boxProblems({ machine: sample, status: now, lines: lines() }),
    };
  };

  serve('box.status', () => status());
  serve('box.health', health);
  serve('box.log', async ({ reply }) =>
    reply
      .header('content-type', 'application/x-ndjson; charset=utf-8')
      .header('content-disposition', 'attachment; filename="voxbox-engine.log"')
      .send(await logTail(join(dataDir, 'logs', 'engine.log'))),
  );
  serve('box.metrics', async ({ reply }) => {
    if (!isOfThisMachine(reply.request)) {
      throw new VoxboxError('request_refused', 'figures are given to programs of this machine alone');
    }
    return reply.header('content-type', metricsType).send(metricsText(await health(), lines()));
  });
  serve('api.describe', () => {
    description ??= describeApi({ version: status().version ?? '0' });
    return description;
  });
}

/** Graphics cards that only the models' process can ask. */
const gpusOf = ({ devices }: BoxStatus): MachineHealth['gpus'] =>
  devices
    .filter(({ kind }) => kind !== 'cpu')
    .map(({ name, totalBytes, usedBytes }) => ({
      ...{ name, totalBytes, usedBytes },
      ...{ load: null, temperatureC: null },
    }));
