import type { AuditEntry, AuditVerdict } from '../../../engine/api/contract/index.ts';
import { paths } from '../../../engine/api/contract/paths.ts';
import { ask, withQuery } from '../asking.ts';

/** Texts that are empty look for nothing. */
export interface AuditSearch {
  readonly who: string;
  readonly what: string;
  /** The last entry that is shown already; 0 for the first page. */
  readonly before: number;
  readonly limit: number;
}

/** What people did. */
export const auditClient = {
  list: ({ who, what, before, limit }: AuditSearch) =>
    ask<{ entries: AuditEntry[] }>(
      withQuery(paths['audit.list'], {
        limit,
        ...(who.trim() ? { who: who.trim() } : {}),
        ...(what.trim() ? { what: what.trim() } : {}),
        ...(before > 0 ? { before } : {}),
      }),
    ),
  verify: () => ask<AuditVerdict>(paths['audit.verify']),
};
