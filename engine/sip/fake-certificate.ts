import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** A key pair and certificate for tests, PEM. */
export interface FakeCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface FakeAuthority extends FakeCertificate {
  /** @param names hosts and addresses that the certificate stands for */
  issue(
    names: readonly string[],
    validity?: { readonly fromMs: number; readonly untilMs: number },
  ): FakeCertificate;
}

const yearMs = 365 * 86_400_000;

/** DER of X.690: tag, length, content. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  if (content.length < 128) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const digits = content.length.toString(16);
  const length = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, content]);
}

const sequence = (...contents: readonly Uint8Array[]): Buffer => der(0x30, ...contents);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const name = (text: string): Buffer =>
  sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(text)))));
const time = (atMs: number): Buffer => {
  const digits = new Date(atMs).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return der(0x18, Buffer.from(digits));
};
const extension = (id: string, value: Uint8Array, critical = false): Buffer =>
  sequence(oid(id), ...(critical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value));

function addressOctets(address: string): number[] {
  if (isIP(address) === 4) return address.split('.').map(Number);
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]);
}

/** dNSName and iPAddress of RFC 5280 §4.2.1.6. */
const altName = (text: string): Buffer =>
  isIP(text) ? der(0x87, Buffer.from(addressOctets(text))) : der(0x82, Buffer.from(text));

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));

const pem = (label: string, octets: Uint8Array): string => {
  const lines =
    Buffer.from(octets)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
};

function certificate(options: {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly validity: { readonly fromMs: number; readonly untilMs: number };
  readonly extensions: readonly Uint8Array[];
}): string {
  const spki = options.publicKey.export({ type: 'spki', format: 'der' });
  const serial = createHash('sha256').update(spki).digest().subarray(0, 8);
  serial[0] = (serial[0] ?? 0) & 0x7f || 1;
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ecdsaWithSha256,
    name(options.issuer),
    sequence(time(options.validity.fromMs), time(options.validity.untilMs)),
    name(options.subject),
    spki,
    der(0xa3, sequence(...options.extensions)),
  );
  const signature = sign('sha256', body, options.signer);
  return pem('CERTIFICATE', sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature)));
}

/** An authority that nobody trusts but the test that made it (RFC 5280 certificates, EC keys). */
export function fakeAuthority(): FakeAuthority {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = 'Fake Authority';
  const always = { fromMs: Date.now() - yearMs, untilMs: Date.now() + yearMs };
  const keyText = (key: KeyObject): string => String(key.export({ type: 'pkcs8', format: 'pem' }));
  const basic = extension('551d13', sequence(der(0x01, Buffer.from([0xff]))), true);
  const cert = certificate({
    subject: issuer,
    issuer,
    publicKey: own.publicKey,
    signer: own.privateKey,
    validity: always,
    extensions: [basic],
  });
  return {
    key: keyText(own.privateKey),
    cert,
    issue: (names, validity = always) => {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const alternatives = extension('551d11', sequence(...names.map(altName)));
      const parts = { subject: names[0] ?? 'nobody', issuer, signer: own.privateKey, validity };
      const issued = certificate({ ...parts, publicKey: pair.publicKey, extensions: [alternatives] });
      return { key: keyText(pair.privateKey), cert: issued };
    },
  };
}
