import { z } from 'zod';
import { paths } from './paths.ts';
import { nothing } from './scope.ts';

/** What people did, and that nobody changed the record of it. Browser-safe, as the whole contract. */

export const auditEntryModel = z.object({
  sequence: z.number().int(),
  atMs: z.number().int(),
  whoKind: z.enum(['user', 'token', 'command-line', 'nobody']),
  whoId: z.string().nullable(),
  whoName: z.string(),
  /** Method of this API. */
  what: z.string(),
  /**
   * `done`, `asked` for what was read, or the code of the refusal; `interrupted`: the engine ended before it was known, so
   * that it may have come to be or not.
   */
  outcome: z.string(),
  tenantId: z.string().nullable(),
  thing: z.string().nullable(),
  address: z.string().nullable(),
});

const part = z.string().trim().min(1).max(80);

export const auditMethods = {
  /** Latest first; `before` is the last entry of the page before. Of every business that is seen where none is named. */
  'audit.list': {
    verb: 'GET',
    path: paths['audit.list'],
    query: z.strictObject({
      tenant: z.uuid().optional(),
      who: part.optional(),
      what: part.optional(),
      before: z.coerce.number().int().positive().optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
    answer: z.object({ entries: z.array(auditEntryModel) }),
  },
  /** Reckons the whole chain of hashes again. */
  'audit.verify': {
    verb: 'GET',
    path: paths['audit.verify'],
    query: nothing,
    answer: z.object({
      entries: z.number().int(),
      /** The first entry that is not as it was written; null when all are. */
      brokenAt: z.number().int().nullable(),
      /** Hash of the last entry: noted elsewhere, it proves that none was cut off since. */
      head: z.string(),
    }),
  },
} as const;

export type AuditEntry = z.infer<typeof auditEntryModel>;
export type AuditVerdict = z.infer<(typeof auditMethods)['audit.verify']['answer']>;
