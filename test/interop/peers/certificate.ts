import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
  /** Key and certificate in one file, as telephones want it. */
  readonly bothFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate for the loopback, signed by itself. @throws Error where openssl is not installed */
export function makeCertificate(folder: string): Certificate {
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const args = [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ...['-keyout', keyFile, '-out', certFile],
  ];
  const made = spawnSync('openssl', args, { encoding: 'utf8', timeout: 20_000 });
  if (made.status !== 0) throw new Error(`openssl: ${made.error?.message ?? made.stderr}`);
  const [key, cert] = [readFileSync(keyFile, 'utf8'), readFileSync(certFile, 'utf8')];
  const bothFile = join(folder, 'both.pem');
  writeFileSync(bothFile, key + cert);
  return { key, cert, bothFile, certFile, keyFile };
}
