import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnose } from './diagnose.ts';
import { healthy, healthyAudio, healthyCall, healthyTrunk } from './fake-observations.ts';
import type {
  AccountSeen,
  AudioSeen,
  CallSeen,
  CertificateSeen,
  LineFault,
  LineTrunk,
  Observations,
} from './model.ts';

const call = (changes: Partial<CallSeen>): Partial<Observations> => ({
  call: { ...healthyCall, ...changes },
});
const audio = (changes: Partial<AudioSeen>): Partial<Observations> =>
  call({ audio: { ...healthyAudio, ...changes } });
const trunk = (changes: Partial<LineTrunk>): Partial<Observations> => ({
  trunk: { ...healthyTrunk, ...changes },
});
const account = (changes: Partial<AccountSeen>): Partial<Observations> =>
  healthy.account ? { account: { ...healthy.account, ...changes } } : {};
const certificate = (trouble: CertificateSeen['trouble']): Partial<Observations> => ({
  ...trunk({ transport: 'tls' }),
  certificate: { trouble, detail: 'TLS', subject: 'a', issuer: 'b', validUntil: 'c' },
});
const nothing = { options: null, account: null, call: null };
const refused = (status: number): Partial<CallSeen> => ({
  outcome: 'refused',
  status,
  answered: null,
  audio: null,
  keys: null,
  allow: null,
});

const cases: readonly (readonly [LineFault, Partial<Observations>])[] = [
  ['no-host', { ...trunk({ host: null }), ...nothing, next: null, name: null, port: null }],
  ['name-unresolved', { ...nothing, name: { addresses: [], trouble: 'ENOTFOUND' }, port: null }],
  ['port-blocked', { ...nothing, port: { open: false, trouble: 'silent', rttMs: null } }],
  ['port-blocked', { ...nothing, port: { open: false, trouble: 'refused', rttMs: null } }],
  ['certificate-expired', { ...certificate('expired'), ...nothing }],
  ['certificate-expired', { ...certificate('not-yet-valid'), ...nothing }],
  ['certificate-untrusted', { ...certificate('untrusted'), ...nothing }],
  ['certificate-wrong-name', { ...certificate('wrong-name'), ...nothing }],
  ['tls-failed', { ...certificate('handshake'), ...nothing }],
  ['unknown-user', account({ status: 404, contacts: null })],
  ['unknown-user', account({ status: 403, contacts: null })],
  ['wrong-password', account({ status: 401, contacts: null })],
  ['wrong-password', { ...trunk({ kind: 'digest' }), account: null, ...call(refused(407)) }],
  ['registration-refused', account({ status: 403, challenged: false, contacts: null })],
  ['registration-refused', account({ status: 503, contacts: null })],
  ['no-registration', account({ contacts: [], kept: null })],
  ['no-registration', account({ status: null, contacts: null })],
  ['no-registration', account({ kept: { status: 'unreachable', reason: null } })],
  ['number-unknown', call(refused(404))],
  ['call-refused', call(refused(403))],
  ['call-unanswered', call(refused(486))],
  ['call-unanswered', call({ ...refused(408), outcome: 'unanswered', status: null })],
  ['codec-mismatch', call(refused(488))],
  ['codec-mismatch', call({ ...refused(200), outcome: 'unusable-answer' })],
  [
    'srtp-refused',
    {
      ...trunk({ srtp: 'required' }),
      ...call({
        ...refused(488),
        offered: { ...healthyCall.offered, srtp: true },
        retry: { with: 'plain-rtp', status: 200, codec: 'PCMU' },
      }),
    },
  ],
  ['acknowledgement-lost', call({ answersRepeated: 4 })],
  [
    'wrong-public-address',
    { ...call({ seenAs: '192.0.2.1', audio: { ...healthyAudio, packetsReceived: 0, echoed: false } }) },
  ],
  ['wrong-public-address', call({ seenAs: '192.0.2.1' })],
  [
    'wrong-peer-address',
    call({
      answered: healthyCall.answered && {
        ...healthyCall.answered,
        audio: { address: '192.168.1.5', port: 9 },
      },
      audio: { ...healthyAudio, packetsReceived: 0, echoed: false },
    }),
  ],
  ['one-way-audio-in', audio({ packetsReceived: 0, echoed: false, remoteLossFraction: null })],
  ['no-audio', audio({ packetsReceived: 0, echoed: false, remoteLossFraction: 1 })],
  ['one-way-audio-out', audio({ echoed: false, remoteLossFraction: null })],
  ['one-way-audio-out', audio({ echoed: false, remoteLossFraction: 1 })],
  ['audio-stops', audio({ quietMs: 4000 })],
  [
    'dtmf-not-agreed',
    call({ keys: null, answered: healthyCall.answered && { ...healthyCall.answered, dtmf: false } }),
  ],
  ['dtmf-lost', call({ keys: { sent: '159#', returned: '1' } })],
  ['refer-refused', call({ allow: ['INVITE', 'BYE'] })],
  ['refer-refused', call({ refer: { status: 405 } })],
  [
    'not-fully-tested',
    call({ keys: { sent: '1', returned: '' }, audio: { ...healthyAudio, echoed: false } }),
  ],
  ['all-well', {}],
];

describe('diagnosis of a line', () => {
  it.each(cases)('tells %s', (fault, changes) => {
    const { headline, findings } = diagnose({ ...healthy, ...changes });
    expect(headline.fault).toBe(fault);
    expect(findings[0]).toBe(headline);
    expect(headline.sentence).toMatch(/^\S.*[^.]\.$/s);
    if (headline.severity !== 'none') expect(headline.evidence.length).toBeGreaterThan(0);
  });

  it('has a sentence of its own for each fault', () => {
    const sentences = new Map(
      cases.map(([fault, changes]) => [fault, diagnose({ ...healthy, ...changes }).headline.sentence]),
    );
    expect(new Set(sentences.values()).size).toBe(sentences.size);
  });

  it('gives the advice that fits what was seen', () => {
    const told = (changes: Partial<Observations>) => diagnose({ ...healthy, ...changes }).headline;
    const port = (trouble: 'refused' | 'silent' | 'unreachable') =>
      told({ ...nothing, port: { open: false, trouble, rttMs: null } }).sentence;
    expect(port('refused')).toContain('Nobody listens');
    expect(port('silent')).toContain('firewall and router');
    expect(port('unreachable')).toContain('no way from this machine');
    const lost = (acknowledgedElsewhere: string | null) =>
      told(call({ answersRepeated: 4, acknowledgedElsewhere })).sentence;
    expect(lost('192.168.1.5:5060')).toContain('at 192.168.1.5:5060');
    expect(lost(null)).toContain('SIP ALG');
    const unheard = audio({ echoed: false, remoteLossFraction: null });
    expect(told({ ...unheard, target: 'sip:echo@h' }).severity).toBe('fault');
    expect(told({ ...unheard, target: 'sip:+15550100@h' })).toMatchObject({
      ...{ fault: 'one-way-audio-out', severity: 'warning' },
      sentence: expect.stringContaining('could not be seen whether sip:+15550100@h hears'),
    });
  });

  it('lets a blocked port explain everything after it', () => {
    const { findings, checks } = diagnose({
      ...healthy,
      ...nothing,
      port: { open: false, trouble: 'silent', rttMs: null },
    });
    expect(findings.map(({ fault }) => fault)).toEqual(['port-blocked']);
    expect(checks.filter(({ state }) => state === 'skipped').length).toBeGreaterThan(10);
  });

  it('puts what breaks calls before what only spoils them', () => {
    const seen = { ...healthy, ...call({ seenAs: '192.0.2.1', keys: { sent: '1', returned: '' } }) };
    expect(diagnose(seen).findings.map(({ fault }) => fault)).toEqual(['dtmf-lost', 'wrong-public-address']);
  });

  it('always has exactly one headline, and says that all is well only when nothing failed or stayed open', () => {
    const change = fc.constantFrom(
      ...cases.map(([, changes]) => changes),
      ...Object.keys(nothing).map((key) => ({ [key]: null })),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 5 }), (changes) => {
        const seen: Observations = Object.assign({}, healthy, ...changes);
        const { verdict, headline, findings, checks } = diagnose(seen);
        expect(findings.filter((finding) => finding === headline)).toHaveLength(1);
        const open = checks.some(({ state }) => state !== 'passed' && state !== 'skipped');
        expect(headline.fault === 'all-well').toBe(!open);
        expect(verdict === 'well').toBe(!open);
        expect(verdict === 'fault').toBe(checks.some(({ state }) => state === 'failed'));
        expect(diagnose(seen)).toEqual({ verdict, headline, findings, checks });
      }),
      { numRuns: 500 },
    );
  });
});
