import { z } from 'zod';

const readyLine = z.object({
  /** `degraded` when the box is up but takes no calls; `trouble` says why. */
  event: z.enum(['ready', 'degraded']),
  trouble: z.string().nullable().default(null),
  http: z.url({ protocol: /^https?$/ }),
  sip: z.object({ host: z.string(), port: z.number() }),
  /** Path of the engine's log. */
  log: z.string(),
  pid: z.number(),
  /** For one sign-in of the page: told to a parent with a channel, and as long as the box has no owner. */
  token: z.string().min(1).nullable().default(null),
});

/** What `serve --json` tells when it is up. */
export type ReadyLine = Readonly<z.infer<typeof readyLine>>;

/** Null for any other line of the engine's output. */
export function parseReadyLine(line: string): ReadyLine | null {
  try {
    return readyLine.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
