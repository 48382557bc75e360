import type { Serve } from '../method-server.ts';
import { serveAudit } from './audit-routes.ts';
import { type SessionParts, serveAccount, serveSession } from './session-routes.ts';
import { serveTokens } from './token-routes.ts';
import { serveMembers, serveUsers } from './user-routes.ts';

/** The methods of who may do what, and of what they did. */
export function serveAccess(serve: Serve, parts: SessionParts): void {
  const { box } = parts;
  serveSession(serve, parts);
  serveAccount(serve, parts);
  serveMembers(serve, parts);
  serveUsers(serve, parts);
  serveTokens(serve, box);
  serveAudit(serve, box);
}
