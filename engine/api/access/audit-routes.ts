import type { Box } from '../../store/index.ts';
import type { Serve } from '../method-server.ts';

/** What people did. */
export function serveAudit(serve: Serve, box: Box): void {
  serve('audit.list', ({ query: { tenant, ...filter }, tenants, who }) => {
    // What is of no business is for owners of the box.
    const all = tenant === undefined && who.rights?.boxRole === 'owner';
    return { entries: box.audit.list({ ...filter, ...(all ? {} : { tenantIds: tenants }) }) };
  });
  serve('audit.verify', () => box.audit.verify());
}
