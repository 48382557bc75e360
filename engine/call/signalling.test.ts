import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, rootCertificates } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { tlsTrustOf } from './signalling.ts';

describe('whom connections to carriers trust', () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxbox-trust-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (text: string): string => {
    writeFileSync(join(folder, 'ca.pem'), text);
    return join(folder, 'ca.pem');
  };

  it('is the public authorities where nothing is said, and the certificate is always checked', () => {
    expect(tlsTrustOf({})).toEqual({ verify: true });
  });

  it('is those, and the ones that the configuration names', () => {
    const { ca = '', verify } = tlsTrustOf({ sipTlsCa: file(rootCertificates.slice(0, 2).join('\n')) });
    expect(verify).toBe(true);
    expect(ca.match(/BEGIN CERTIFICATE/g)).toHaveLength(getCACertificates().length + 2);
  });

  it.each(['', 'no certificate'])('is nobody where the file holds "%s"', (text) => {
    expect(() => tlsTrustOf({ sipTlsCa: file(text) })).toThrow(
      expect.objectContaining({ code: 'certificate_invalid' }),
    );
  });
});
