import type { Box, ApiToken as StoredToken } from '../../store/index.ts';
import { type ApiToken, type TokenScope, tokenScopes } from '../contract/index.ts';
import type { Serve } from '../method-server.ts';
import { newToken } from './accounts.ts';
import { hashOf } from './who.ts';

/** Found in a log or a repository, it is known for what it is. */
const prefix = 'vbx_';

const isScope = (text: string): text is TokenScope => tokenScopes.some((scope) => scope === text);

const tokenAnswer = ({ tenantId: _, scopes, ...token }: StoredToken): ApiToken => ({
  ...token,
  scopes: scopes.filter(isScope),
});

/** What lets programs in. */
export function serveTokens(serve: Serve, box: Box): void {
  serve('token.list', ({ id }) => ({ tokens: box.apiTokens.list(id).map(tokenAnswer) }));
  serve('token.create', ({ id, body: { name, scopes }, who, reply }) => {
    const secret = prefix + newToken();
    const given = { tenantId: id, name, scopes: [...new Set(scopes)], createdBy: who.name };
    const token = box.apiTokens.add({ ...given, tokenHash: hashOf(secret) });
    reply.code(201);
    return { token: tokenAnswer(token), secret };
  });
  serve('token.revoke', ({ id, query }) => {
    box.apiTokens.revoke(query.tenant, id);
    return { removed: true as const };
  });
}
