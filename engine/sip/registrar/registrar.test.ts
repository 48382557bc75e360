import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, systemClock } from '../../foundation/index.ts';
import { createDigest, ha1Of, sipRealm } from '../digest.ts';
import { answerChallenge } from '../digest-client.ts';
import { type FakeParty, fakeParty, routesAreKnown } from '../fake-line.ts';
import { type FakePhone, fakePhone } from '../fake-phone.ts';
import { headerValue, headerValues } from '../message/headers.ts';
import type { SipResponse } from '../message/model.ts';
import { keepPhonesReachable } from './phones-behind-nat.ts';
import { createRegistrar, type Registrar } from './registrar.ts';

let box: FakeParty;
let phone: FakePhone;
let registrar: Registrar;
let cseq = 0;

beforeEach(async () => {
  box = await fakeParty();
  registrar = createRegistrar({
    digest: createDigest({ realm: sipRealm, secret: 'test', clock: systemClock }),
    ports: {
      ha1Of: (username) => (username === 'desk' ? ha1Of('desk', 'right') : null),
      load: () => [],
      save: () => {},
    },
    clock: systemClock,
    log: silentLog,
  });
  box.srf.register((req, res) => registrar.handle(req, res));
  await routesAreKnown();
  phone = await fakePhone({ serverPort: box.server.port });
});
afterEach(async () => {
  registrar.stop();
  phone.close();
  await box.stop();
});

type Changes = Readonly<Record<string, string | null>>;
const place = (name: string): string => `<sip:desk@127.0.0.1:${phone.port};line=${name}>`;

/** Sends one REGISTER as it is given. */
async function send(changes: Changes): Promise<SipResponse> {
  cseq += 1;
  const identity = { From: '<sip:desk@voxbox>;tag=a', To: '<sip:desk@voxbox>', 'Call-ID': 'register' };
  phone.send(phone.request('REGISTER', { ...identity, CSeq: `${cseq} REGISTER`, ...changes }));
  const wanted = String(changes.CSeq ?? `${cseq} REGISTER`);
  const answer = await phone.next(
    (message) => message.kind === 'response' && headerValue(message.headers, 'CSeq') === wanted,
  );
  if (answer.kind !== 'response') throw new Error('no answer');
  return answer;
}

const uri = (): string => `sip:+14155550100@127.0.0.1:${box.server.port}`;
const challengeOf = ({ headers }: SipResponse): string => headerValue(headers, 'WWW-Authenticate') ?? '';
const answered = (challenge: string, more: { readonly nonceCount?: number } = {}): string => {
  const user = { username: 'desk', password: 'right' };
  return answerChallenge({ challenge, method: 'REGISTER', uri: uri(), ...user, ...more }) ?? '';
};

/** The same with the right password. */
async function register(changes: Changes): Promise<SipResponse> {
  const challenge = challengeOf(await send(changes));
  return send({ ...changes, Authorization: answered(challenge) });
}

const contactsOf = ({ headers }: SipResponse): string[] =>
  headerValues(headers, 'Contact').flatMap((value) => value.split(/,\s*/));
const linesOf = (response: SipResponse): string[] =>
  contactsOf(response).map((contact) => /line=(\w+)>;expires=\d+$/.exec(contact)?.[1] ?? contact);

describe('a registrar on the wire (RFC 3261 §10.3)', () => {
  it('takes several contacts at once, whatever they prefer, and tells all of them each time', async () => {
    const Contact = `${place('one')};q=0.5;expires=600, ${place('two')};q=1.0`;
    const both = await register({ Contact, Expires: '120' });
    expect(both.status).toBe(200);
    expect(contactsOf(both).map((contact) => /expires=(\d+)/.exec(contact)?.[1])).toEqual(['600', '120']);
    expect(linesOf(await register({ Contact: place('three') }))).toEqual(['one', 'two', 'three']);
    expect(registrar.bindingsOf('desk').map(({ flow }) => flow)).toEqual(
      Array(3).fill(`udp/127.0.0.1:${phone.port}`),
    );
    expect(linesOf(await register({ Contact: null }))).toEqual(['one', 'two', 'three']);
  });

  it('lets one go with expires 0, and all of them with *', async () => {
    await register({ Contact: `${place('one')}, ${place('two')}` });
    expect(linesOf(await register({ Contact: `${place('one')};expires=0` }))).toEqual(['two']);
    expect((await register({ Contact: '*', Expires: '60' })).status).toBe(400);
    expect((await register({ Contact: '*' })).status).toBe(400);
    expect((await register({ Contact: `*, ${place('one')}`, Expires: '0' })).status).toBe(400);
    expect(registrar.bindingsOf('desk')).toHaveLength(1);
    const none = await register({ Contact: '*', Expires: '0' });
    expect([none.status, contactsOf(none)]).toEqual([200, []]);
    expect(registrar.bindingsOf('desk')).toEqual([]);
  });

  it('names its minimum with 423, and grants less than too much', async () => {
    const brief = await register({ Contact: place('one'), Expires: '5' });
    expect([brief.status, headerValue(brief.headers, 'Min-Expires')]).toEqual([423, '60']);
    const long = await register({ Contact: place('one'), Expires: '999999' });
    expect(contactsOf(long)[0]).toMatch(/;expires=3600$/);
  });

  it('takes an answer once: who heard it and says it again has nothing, and is told that it is stale', async () => {
    const challenge = challengeOf(await send({ Contact: place('one') }));
    const Authorization = answered(challenge);
    expect((await send({ Contact: place('one'), Authorization })).status).toBe(200);
    const replayed = await send({ Contact: place('stranger'), Authorization, 'Call-ID': 'another' });
    expect(replayed.status).toBe(401);
    expect(challengeOf(replayed)).toContain('stale=true');
    const next = await send({ Contact: place('one'), Authorization: answered(challenge, { nonceCount: 2 }) });
    expect(next.status).toBe(200);
    expect(registrar.bindingsOf('desk')).toHaveLength(1);
  });

  it.each([
    ['another realm', (value: string) => value.replace(`realm="${sipRealm}"`, 'realm="elsewhere"')],
    ['another name', (value: string) => value.replace('username="desk"', 'username="lee"')],
    ['a wrong response', (value: string) => value.replace(/response="./, 'response="x')],
  ])('challenges anew, and not as stale, an answer for %s', async (_, spoil) => {
    const Authorization = spoil(answered(challengeOf(await send({ Contact: place('one') }))));
    const refused = await send({ Contact: place('one'), Authorization });
    expect(refused.status).toBe(401);
    expect(challengeOf(refused)).not.toContain('stale');
    expect(registrar.bindingsOf('desk')).toEqual([]);
  });

  it('keeps the way open to a phone behind a router, and leaves others alone', async () => {
    const isAsked = ({ heard }: FakePhone): boolean =>
      heard.some((message) => message.kind === 'request' && message.method === 'OPTIONS');
    await register({ Contact: place('here') });
    const away = await fakePhone({ serverPort: box.server.port });
    const here = phone;
    phone = away;
    await register({ Contact: '<sip:desk@192.168.1.5:5060>', 'Call-ID': 'away' });
    const kept = keepPhonesReachable({ registrar, srf: box.srf, roundMs: 100 });
    const asked = await away.next((message) => message.kind === 'request' && message.method === 'OPTIONS');
    expect(asked).toMatchObject({ uri: 'sip:desk@192.168.1.5:5060' });
    kept.stop();
    expect(isAsked(here)).toBe(false);
    here.close();
  });

  it('lets nobody register for somebody else', async () => {
    expect((await register({ Contact: place('one'), To: '<sip:lee@voxbox>' })).status).toBe(403);
  });
});
