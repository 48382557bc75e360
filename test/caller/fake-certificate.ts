import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A self-signed certificate for tests, as PEM; who has it as `ca` trusts it. */
export interface FakeCertificate {
  readonly key: string;
  readonly cert: string;
}

/** DER (X.690 §8): tag, length, content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
/** 1.2.840.10045.4.3.2, 2.5.4.3, 2.5.29.17 and 2.5.29.19, already encoded. */
const oids = {
  ecdsaWithSha256: der(0x06, Buffer.from('2a8648ce3d040302', 'hex')),
  commonName: der(0x06, Buffer.from('550403', 'hex')),
  alternativeName: der(0x06, Buffer.from('551d11', 'hex')),
  basicConstraints: der(0x06, Buffer.from('551d13', 'hex')),
};

/** GeneralizedTime, for dates of any century. */
const time = (atMs: number): Buffer =>
  der(0x18, Buffer.from(new Date(atMs).toISOString().replaceAll(/[-:T]|\.\d+/g, ''), 'ascii'));

/** RFC 5280 §4.1, on P-256. `addresses` are IPv4 literals, `names` host names. */
export function fakeCertificate(options: {
  readonly commonName: string;
  readonly names?: readonly string[];
  readonly addresses?: readonly string[];
  readonly fromMs: number;
  readonly untilMs: number;
}): FakeCertificate {
  const { commonName, names = [], addresses = [], fromMs, untilMs } = options;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(oids.ecdsaWithSha256);
  const name = sequence(der(0x31, sequence(oids.commonName, der(0x0c, Buffer.from(commonName, 'utf8')))));
  const alternatives = sequence(
    ...names.map((host) => der(0x82, Buffer.from(host, 'ascii'))),
    ...addresses.map((address) => der(0x87, Buffer.from(address.split('.').map(Number)))),
  );
  const serial = randomBytes(8);
  serial[0] = 0x40;
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    name,
    sequence(time(fromMs), time(untilMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(
        sequence(oids.alternativeName, der(0x04, alternatives)),
        sequence(
          oids.basicConstraints,
          der(0x01, Buffer.from([0xff])),
          der(0x04, sequence(der(0x01, Buffer.from([0xff])))),
        ),
      ),
    ),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = sequence(body, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines =
    certificate
      .toString('base64')
      .match(/.{1,64}/g)
      ?.join('\n') ?? '';
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}
