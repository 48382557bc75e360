import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** The page is served from its build as it is; names under assets/ carry a hash of their content. */
export function servePage(app: FastifyInstance, pageDir: string): void {
  const built = (): boolean => existsSync(join(pageDir, 'index.html'));

  app.get('/', (_request, reply) =>
    built()
      ? send(reply, 'index.html', pageDir)
      : reply.code(503).type('text/html; charset=utf-8').send(notBuilt),
  );
  app.get<{ Params: { '*': string } }>('/*', (request, reply) => {
    const path = request.params['*'];
    if (path.startsWith('api/') || !built()) return reply.callNotFound();
    return send(reply, path, pageDir);
  });
}

const send = (reply: FastifyReply, path: string, pageDir: string): FastifyReply =>
  reply.sendFile(
    path,
    pageDir,
    path.startsWith('assets/') ? { maxAge: '365d', immutable: true } : { maxAge: 0 },
  );

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Voxbox</title>
<h1>The engine runs; its page is not built yet</h1>
<p>Build it once with <code>npm run build</code>, then load this page again. Calls are not affected.</p>
</html>
`;
