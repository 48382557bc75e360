import { z } from 'zod';
import { statusModel } from './models.ts';
import { paths } from './paths.ts';
import { nothing } from './scope.ts';

/** How the machine under the box does. Browser-safe, as the whole contract. */

const bytes = z.number().nonnegative();
const timeMs = z.number().int();
const share = z.number().min(0).max(1);

export const boxProblemModel = z.object({
  severity: z.enum(['fault', 'warning']),
  /** What is wrong, what it means for callers, what to do: a sentence each. */
  what: z.string(),
  means: z.string(),
  todo: z.string(),
});

/** Null stands for what cannot be read on this machine. */
export const boxHealthModel = z.object({
  sampledAtMs: timeMs,
  version: z.string(),
  nodeVersion: z.string(),
  system: z.string(),
  startedAtMs: timeMs,
  dataDir: z.string(),
  modelsDir: z.string().nullable(),
  cpu: z.object({
    name: z.string(),
    cores: z.number().int(),
    /** Of all cores, between the last two looks. */
    load: share.nullable(),
    temperatureC: z.number().nullable(),
  }),
  /** `engineBytes`: of the engine's own process. */
  memory: z.object({ totalBytes: bytes, usedBytes: bytes, engineBytes: bytes }),
  gpus: z
    .array(
      z.object({
        name: z.string(),
        totalBytes: bytes,
        usedBytes: bytes,
        load: share.nullable(),
        temperatureC: z.number().nullable(),
      }),
    )
    .readonly(),
  disk: z.object({
    totalBytes: bytes,
    freeBytes: bytes,
    /** Counted once a minute; null until it is known. */
    recordings: z.object({ files: z.number().int(), bytes }).nullable(),
  }),
  /** How late the engine was with its work, at worst, since the last look. */
  delayMs: z.number().nullable(),
  callsNow: z.number().int(),
  capacity: z.number().int().nullable(),
  problems: z.array(boxProblemModel).readonly(),
});

export const boxMethods = {
  'box.status': { verb: 'GET', path: paths['box.status'], query: nothing, answer: statusModel },
  /** Looked at anew every five seconds at most. */
  'box.health': { verb: 'GET', path: paths['box.health'], query: nothing, answer: boxHealthModel },
  /** The last lines of the engine's log, JSON in each; numbers and addresses of people are masked. */
  'box.log': { verb: 'GET', path: paths['box.log'], query: nothing },
  /** In the text format of Prometheus; for a program on this machine. */
  'box.metrics': { verb: 'GET', path: paths['box.metrics'], query: nothing },
  /** This API in OpenAPI 3.1. */
  'api.describe': {
    verb: 'GET',
    path: paths['api.describe'],
    query: nothing,
    answer: z.record(z.string(), z.unknown()),
  },
} as const;

export type MachineHealth = z.infer<typeof boxHealthModel>;
export type BoxProblem = z.infer<typeof boxProblemModel>;
