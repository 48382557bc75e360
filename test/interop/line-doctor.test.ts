import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createLineDoctor,
  createTraceBook,
  type LineDoctorPorts,
  type LineFault,
  type LineReport,
  type LineTestOptions,
  type LineTrunk,
  type TraceBook,
} from '../../engine/call/line-doctor/index.ts';
import { silentLog, systemClock, systemIds } from '../../engine/foundation/index.ts';
import { createMedia } from '../../engine/media/index.ts';
import { connectCallControl, startSip } from '../../engine/sip/index.ts';
import {
  type CarrierOptions,
  freePort,
  startFakeCarrier,
  startFakeSilence,
  startFakeTls,
} from '../caller/fake-carrier.ts';
import { type FakeCertificate, fakeCertificate } from '../caller/fake-certificate.ts';

const host = '127.0.0.1';
const account = { username: 'desk', password: 'right and long' };
const dayMs = 86_400_000;

/** Everything that tests start, ended after them in reverse order: they mostly wait, and do so beside each other. */
const opened: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of opened.toReversed()) await close();
});
const keep = <T>(part: T, stop: (part: T) => unknown): T => {
  opened.push(() => stop(part));
  return part;
};

const trunkAt = (port: number, changes: Partial<LineTrunk> = {}): LineTrunk => ({
  ...{ id: 'carrier', name: 'Carrier', kind: 'registration', host, port, transport: 'udp' },
  ...{ outboundProxy: null, authUsername: account.username, codecs: ['PCMU', 'PCMA'] },
  ...{ srtp: 'off', dtmf: 'rfc4733', callerId: '+14155550100' },
  ...changes,
});

interface BoxOptions {
  readonly password?: string;
  readonly ports?: Partial<LineDoctorPorts>;
  readonly test?: LineTestOptions;
  readonly ca?: string;
}

/** A box with that trunk, as the engine builds one. */
async function boxWith(trunk: LineTrunk, { password, ports, ca }: BoxOptions = {}) {
  const traces: TraceBook = createTraceBook();
  const tlsTrust = { verify: true, ...(ca === undefined ? {} : { ca }) };
  const options = { host, port: 0, log: silentLog, onTrace: traces.add, tlsTrust };
  const server = keep(await startSip(options), (part) => part.stop());
  const { controlHost, controlPort: port, controlSecret: secret } = server;
  const srf = keep(await connectCallControl({ host: controlHost, port, secret }), (part) =>
    part.disconnect(),
  );
  const marks: boolean[] = [];
  const doctor = createLineDoctor({
    ...{ srf, traces, tlsTrust, clock: systemClock, ids: systemIds, log: silentLog },
    openMedia: () => createMedia({ host, portMin: 21_000, portMax: 21_098, log: silentLog }),
    trunk: (id) => (id === trunk.id ? trunk : null),
    password: () => password ?? account.password,
    registration: () => null,
    mediaAddressFor: () => host,
    markUnderTest: (_, on) => marks.push(on),
    ...ports,
    timings: { ...quickTimings, ...ports?.timings },
  });
  return { doctor, trunk, marks };
}

const quickTimings = {
  ...{ connectMs: 1000, udpTryMs: 300, answerMs: 1200, pickUpMs: 4000 },
  ...{ echoMs: 2500, keysMs: 2000, callMs: 3000 },
};

async function testLine(trunk: LineTrunk, box: BoxOptions = {}): Promise<LineReport> {
  const { doctor, marks } = await boxWith(trunk, box);
  let report: LineReport | null = null;
  const steps: string[] = [];
  for await (const progress of doctor.test(trunk.id, box.test)) {
    if (progress.kind === 'report') report = progress.report;
    else steps.push(progress.stage);
  }
  expect(steps.length).toBeGreaterThan(0);
  expect(marks).toEqual([true, false]);
  expect(doctor.running()).toEqual([]);
  if (!report) throw new Error('no report came');
  return report;
}

const carrier = async (options: CarrierOptions = {}) =>
  keep(await startFakeCarrier({ account, ...options }), (part) => part.stop());

/** What the whole report says, for the message of a failed expectation. */
const told = ({ headline, findings, checks, ladderText }: LineReport): string =>
  `${JSON.stringify({ headline, findings, checks }, null, 1)}\n${ladderText}`;

describe.concurrent('line doctor', () => {
  it('says of a healthy line that all is well', async () => {
    const { port, answered } = await carrier();
    const report = await testLine(trunkAt(port));
    expect(report.headline.fault, told(report)).toBe('all-well');
    expect(report.verdict).toBe('well');
    expect(answered()).toBe(1);
    expect(report.ladderText).toMatch(/├── REGISTER ─.*\n.*◄── 401 Unauthorized \(REGISTER\)/);
    expect(report.ladderText).toContain('◄── 200 OK (INVITE)');
    expect(report.ladderText).toContain('├── BYE');
  });

  it.each<readonly [fault: LineFault, CarrierOptions, Partial<LineTrunk>, BoxOptions]>([
    ['wrong-password', {}, {}, { password: 'wrong and long' }],
    ['wrong-password', {}, { kind: 'digest' }, { password: 'wrong and long' }],
    ['unknown-user', {}, { authUsername: 'nobody' }, {}],
    ['no-registration', { faults: { forgetsRegistration: true } }, {}, {}],
    ['no-registration', { faults: { ignoresRegister: true } }, {}, {}],
    ['call-refused', { faults: { refusesCallsWith: 403 } }, {}, {}],
    ['number-unknown', { faults: { refusesCallsWith: 404 } }, {}, {}],
    ['codec-mismatch', { faults: { codecs: ['G722'] } }, {}, {}],
    ['srtp-refused', { faults: { refusesSrtp: true } }, { srtp: 'required' }, {}],
    ['one-way-audio-in', { faults: { mute: true } }, {}, {}],
    ['one-way-audio-out', { faults: { deaf: true } }, {}, {}],
    [
      'audio-stops',
      { faults: { fallsSilentAfterMs: 1500 } },
      {},
      { ports: { timings: { callMs: 5000, keysMs: 500 } } },
    ],
    [
      'wrong-public-address',
      { faults: { strict: true } },
      {},
      { ports: { mediaAddressFor: () => '127.0.0.99' } },
    ],
    ['wrong-peer-address', { faults: { tellsAddress: '0.0.0.0', mute: true } }, {}, {}],
    ['acknowledgement-lost', { faults: { tellsContact: '<sip:gateway@127.0.0.1:9>' } }, {}, {}],
    ['dtmf-lost', { faults: { losesKeys: true } }, {}, {}],
    ['dtmf-not-agreed', { faults: { withoutTelephoneEvent: true } }, {}, {}],
    ['refer-refused', { faults: { allowsNoRefer: true } }, {}, {}],
    ['refer-refused', { faults: { answersReferWith: 603 } }, {}, { test: { refer: true } }],
  ])('tells %s (%j)', async (fault, options, changes, box) => {
    const { port } = await carrier(options);
    const report = await testLine(trunkAt(port, changes), box);
    expect(report.headline.fault, told(report)).toBe(fault);
    expect(report.verdict).not.toBe('well');
    expect(report.ladder.rows.length).toBeGreaterThan(0);
    if (fault === 'acknowledgement-lost') expect(report.headline.sentence).toContain('127.0.0.1:9');
  });

  it('still says that the public address is wrong where the carrier makes up for it', async () => {
    const { port } = await carrier();
    const report = await testLine(trunkAt(port), { ports: { mediaAddressFor: () => '127.0.0.99' } });
    expect(report.headline, told(report)).toMatchObject({
      fault: 'wrong-public-address',
      severity: 'warning',
    });
    expect(report.headline.sentence).toContain('127.0.0.99');
  });

  it('tells a name that leads nowhere', async () => {
    const report = await testLine(trunkAt(5060, { host: 'sip.carrier.invalid' }));
    expect(report.headline.fault).toBe('name-unresolved');
    expect(report.ladder.rows).toEqual([]);
  });

  it.each(['udp', 'tcp', 'tls'] as const)('tells a blocked port over %s', async (transport) => {
    const port = await freePort();
    const report = await testLine(trunkAt(port, { transport }));
    expect(report.headline.fault, told(report)).toBe('port-blocked');
    expect(report.headline.evidence.join()).toContain('refused');
  });

  it('tells a port behind which all is silent', async () => {
    const { port } = keep(await startFakeSilence(), (part) => part.stop());
    const report = await testLine(trunkAt(port));
    expect(report.headline.fault, told(report)).toBe('port-blocked');
    expect(report.headline.evidence.join()).toContain('no answer');
  });

  describe('over TLS', () => {
    const made = (changes: Partial<Parameters<typeof fakeCertificate>[0]> = {}): FakeCertificate =>
      fakeCertificate({
        ...{
          commonName: 'carrier',
          addresses: [host],
          fromMs: Date.now() - dayMs,
          untilMs: Date.now() + dayMs,
        },
        ...changes,
      });
    let good: FakeCertificate;
    beforeAll(() => {
      good = made();
    });

    it('says of a healthy line that all is well', async () => {
      const { tlsPort } = await carrier({ tls: good });
      const report = await testLine(trunkAt(tlsPort ?? 0, { transport: 'tls' }), { ca: good.cert });
      expect(report.headline.fault, told(report)).toBe('all-well');
    });

    it.each<readonly [LineFault, () => FakeCertificate, trusted: boolean]>([
      [
        'certificate-expired',
        () => made({ fromMs: Date.now() - 9 * dayMs, untilMs: Date.now() - dayMs }),
        true,
      ],
      ['certificate-wrong-name', () => made({ addresses: [], names: ['other.example'] }), true],
      ['certificate-untrusted', () => made(), false],
    ])('tells %s', async (fault, make, trusted) => {
      const certificate = make();
      const { port } = keep(await startFakeTls(certificate), (part) => part.stop());
      const report = await testLine(trunkAt(port, { transport: 'tls' }), {
        ca: trusted ? certificate.cert : good.cert,
      });
      expect(report.headline.fault, told(report)).toBe(fault);
      expect(report.findings).toHaveLength(1);
    });

    it('tells a server that speaks no TLS', async () => {
      const { port } = await carrier();
      const report = await testLine(trunkAt(port, { transport: 'tls' }));
      expect(report.headline.fault, told(report)).toBe('tls-failed');
    });
  });

  it('ends when it is told to', async () => {
    const { port } = await carrier();
    const abort = new AbortController();
    const test = testLine(trunkAt(port), { test: { signal: abort.signal } });
    setTimeout(() => abort.abort(), 600);
    await expect(test).rejects.toMatchObject({ code: 'aborted' });
  });

  it('runs one test of a trunk at a time, and knows its own call when it comes back', async () => {
    const { port } = keep(await startFakeSilence(), (part) => part.stop());
    const { doctor, trunk } = await boxWith(trunkAt(port));
    const running = doctor.test(trunk.id, { target: '+14155550123' });
    await running.next();
    expect(doctor.running()).toEqual([trunk.id]);
    await expect(doctor.test(trunk.id).next()).rejects.toMatchObject({ code: 'line_test_failed' });
    const own = { calledNumber: '4155550123', callerNumber: '14155550100' };
    expect(doctor.isOwnCall(own)).toBe(true);
    expect(doctor.isOwnCall({ ...own, callerNumber: '+12125550199' })).toBe(false);
    expect(doctor.isOwnCall({ ...own, calledNumber: '+12125550199' })).toBe(false);
    await running.return();
    expect(doctor.running()).toEqual([]);
    expect(doctor.isOwnCall(own)).toBe(false);
    await expect(doctor.test('other').next()).rejects.toMatchObject({ code: 'trunk_unknown' });
  });
});
