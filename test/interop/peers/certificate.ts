import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fakeAuthority } from '../../../engine/sip/fake-certificate.ts';

export interface Certificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
  /** Key and certificate in one file, as telephones want it. */
  readonly bothFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Of the authority that issued it, and nothing else. */
  readonly caFile: string;
}

/** A certificate for the loopback, of an authority of its own; the files lie in the folder. */
export function makeCertificate(folder: string): Certificate {
  const authority = fakeAuthority();
  const { key, cert } = authority.issue(['127.0.0.1']);
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  return {
    ...{ key, cert },
    keyFile: write('key.pem', key),
    certFile: write('cert.pem', cert),
    bothFile: write('both.pem', key + cert),
    caFile: write('ca.pem', authority.cert),
  };
}
