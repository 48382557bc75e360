import { describe, expect, it } from 'vitest';
import type { Header } from '../message/model.ts';
import { glareDelayMs } from './glare.ts';
import { grantHeaders, grantSession, lengthened, readSession, tooShort } from './session-timer.ts';

const policy = { expiresS: 1800, minS: 90 };
const headers = (values: Readonly<Record<string, string>>): Header[] =>
  Object.entries(values).map(([name, value]) => ({ name, value }));

describe('session timers (RFC 4028)', () => {
  it.each([
    ['1800', { intervalS: 1800, refresher: null }],
    ['90 ; Refresher=UAS;x=y', { intervalS: 90, refresher: 'uas' }],
    ['', null],
    ['soon', null],
  ])('reads %j', (text, wanted) => {
    expect(readSession(headers({ 'Session-Expires': text }))).toEqual(wanted);
  });

  it('refuses what is too short with 422, but not to one who cannot ask again', () => {
    const asked = { 'Session-Expires': '60' };
    expect(tooShort(headers(asked), policy)).toBe(null);
    const refusal = tooShort(headers({ ...asked, Supported: '100rel, timer' }), policy);
    expect([refusal?.status, refusal?.headers]).toEqual([422, [{ name: 'Min-SE', value: '90' }]]);
    expect(tooShort(headers({ 'Session-Expires': '90', Supported: 'timer' }), policy)).toBe(null);
  });

  it.each([
    ['nothing is asked and timers are known', { Supported: 'timer' }, '1800;refresher=uac'],
    ['Min-SE is above ours', { Supported: 'timer', 'Min-SE': '3600' }, '3600;refresher=uac'],
    [
      'the caller wants us to',
      { Supported: 'timer', 'Session-Expires': '600;refresher=uas' },
      '600;refresher=uas',
    ],
    ['a proxy asks for a caller without timers', { 'Session-Expires': '600' }, '600;refresher=uas'],
    ['timers are not known', {}, undefined],
  ])('grants where %s', (_, asked, wanted) => {
    const granted = grantHeaders(grantSession(headers(asked), [], policy), []);
    expect(granted.find(({ name }) => name === 'Session-Expires')?.value).toBe(wanted);
    expect(granted.some(({ name }) => name === 'Require')).toBe(wanted?.endsWith('uac') ?? false);
  });

  it('asks again with the minimum that a 422 names, once', () => {
    const again = lengthened(headers({ To: 'x', 'Session-Expires': '90' }), headers({ 'Min-SE': '300' }));
    expect(again).toEqual(headers({ To: 'x', 'Session-Expires': '300', 'Min-SE': '300' }));
    expect(lengthened(again ?? [], headers({ 'Min-SE': '300' }))).toBe(null);
    expect(lengthened([], [])).toBe(null);
  });
});

describe('glare (RFC 3261 §14.1)', () => {
  it('waits 2.1–4 s where the Call-ID is ours, 0–2 s where it is not', () => {
    const timers = { t1Ms: 500, t2Ms: 4000, t4Ms: 5000 };
    const delays = (ownsCallId: boolean) =>
      Array.from({ length: 200 }, () => glareDelayMs({ ownsCallId }, timers));
    for (const delayMs of delays(true)) expect(delayMs >= 2100 && delayMs <= 4000).toBe(true);
    for (const delayMs of delays(false)) expect(delayMs >= 0 && delayMs <= 2000).toBe(true);
  });
});
