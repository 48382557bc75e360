import { createServer, type RequestListener, type Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createPublicAddressCheck, hasCode } from '../foundation/index.ts';
import { fetchPage } from './web-page.ts';

let server: Server | null = null;

async function serving(answer: RequestListener): Promise<string> {
  const made = createServer(answer);
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  const address = made.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

const code = (wanted: Parameters<typeof hasCode>[1]) => (error: unknown) => hasCode(error, wanted);
const inside = { allowPrivate: true } as const;

describe('fetching a page', () => {
  it('follows up to three redirects and unpacks what is packed', async () => {
    const base = await serving((request, response) => {
      const hop = Number(request.url?.slice(1));
      if (hop > 0) response.writeHead(302, { location: `/${hop - 1}` }).end();
      else
        response
          .writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' })
          .end(gzipSync('<p>Hi</p>'));
    });
    const page = await fetchPage(`${base}/3#part`, inside);
    expect([Buffer.from(page.bytes).toString(), page.contentType, page.name]).toEqual([
      '<p>Hi</p>',
      'text/html',
      '0',
    ]);
    await expect(fetchPage(`${base}/4`, inside)).rejects.toSatisfy(code('address_unreachable'));
  });

  it('does not go where it may not: other schemes, this machine, the house, the cloud around it', async () => {
    let asked = 0;
    const base = await serving((_, response) => {
      asked += 1;
      response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    });
    const port = new URL(base).port;
    const refused = [
      ...['file:///etc/passwd', 'ftp://example.com/', 'http://user:pass@example.com/', 'no address'],
      ...[
        base,
        `http://localhost:${port}/`,
        `http://[::1]:${port}/`,
        `http://0x7f.1:${port}/`,
        `http://2130706433:${port}/`,
      ],
      ...[
        'http://10.1.2.3/',
        'http://192.168.0.1/',
        'http://169.254.169.254/latest',
        `http://[::ffff:127.0.0.1]:${port}/`,
      ],
    ];
    for (const url of refused) await expect(fetchPage(url), url).rejects.toSatisfy(code('address_refused'));
    expect(asked).toBe(0);
    await expect(fetchPage(base, inside)).rejects.toSatisfy(code('address_refused'));
  });

  it('gives up on errors, silence and too much', async () => {
    const base = await serving((request, response) => {
      if (request.url === '/404') response.writeHead(404).end('no');
      if (request.url === '/large') response.writeHead(200).end(Buffer.alloc(20_000_001));
      if (request.url === '/bomb')
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(21_000_000)));
      if (request.url === '/slow') response.writeHead(200).write('a');
    });
    await expect(fetchPage(`${base}/404`, inside)).rejects.toSatisfy(code('address_unreachable'));
    await expect(fetchPage(`${base}/large`, inside)).rejects.toSatisfy(code('document_too_large'));
    await expect(fetchPage(`${base}/bomb`, inside)).rejects.toSatisfy(code('document_too_large'));
    await expect(fetchPage(`${base}/slow`, { ...inside, limitMs: 100 })).rejects.toSatisfy(
      code('address_unreachable'),
    );
    const signal = AbortSignal.timeout(50);
    await expect(fetchPage(`${base}/never`, { ...inside, signal })).rejects.toSatisfy(code('aborted'));
    await expect(fetchPage('http://127.0.0.1:9/', inside)).rejects.toSatisfy(code('address_unreachable'));
  });
});

describe('public addresses', () => {
  it('are those of the internet', () => {
    const isPublic = createPublicAddressCheck();
    expect(['8.8.8.8', '2606:4700::1111', '172.32.0.1'].map(isPublic)).toEqual([true, true, true]);
    const closed = [
      '127.0.0.2',
      '100.64.1.1',
      '172.31.0.1',
      '::1',
      'fd00::1',
      'fe80::1',
      '::ffff:8.8.8.8',
      '0.0.0.0',
      'x',
    ];
    expect(closed.filter(isPublic)).toEqual([]);
  });
});
