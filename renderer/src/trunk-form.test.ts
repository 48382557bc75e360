import { describe, expect, it } from 'vitest';
import type { Trunk, TrunkPreset } from '../../engine/api/contract/index.ts';
import { numbersStrings } from './strings-numbers.ts';
import {
  changeableFields,
  changeOf,
  creationOf,
  draftOf,
  fieldsOf,
  fieldTrouble,
  newDraft,
  signInPreset,
  type TrunkField,
} from './trunk-form.ts';

const field = (name: string, required = false, secret = false): TrunkField => ({
  ...{ name, label: name, help: '', example: '', required, secret },
});
const preset = (id: string, fields: TrunkPreset['fields']): TrunkPreset => ({
  ...{ id, name: id, kind: 'registration', asOf: '2026-11', documentation: null, ports: {}, refer: 'yes' },
  ...{ callerIdRule: '', notes: [], trunk: { transport: 'udp', srtp: 'off' }, fields },
});
const carrier = preset('carrier', [
  ...[field('host', true), field('port'), field('authUsername', true), field('password', true, true)],
  ...[field('callerId'), field('maxCalls')],
]);
const byAddress = preset('generic-address', [field('addresses', true), field('callerId'), field('maxCalls')]);
const presets = [carrier, byAddress];

const trunk: Trunk = {
  ...{ id: 'a', name: 'Carrier', kind: 'registration', preset: 'carrier', enabled: true, underTest: false },
  ...{ address: null, addresses: [], username: null, host: 'sip.example.com', port: null, transport: 'tls' },
  ...{
    outboundProxy: null,
    authUsername: 'practice',
    hasPassword: true,
    registerIntervalS: 600,
    srtp: 'off',
  },
  ...{ codecs: ['PCMU'], dtmf: 'rfc4733', callerId: '+12025550100', maxCalls: 10, priority: 10 },
};

describe('the form of a trunk', () => {
  it('asks for the fields of the preset; for a PBX that signs in, for its name and password', () => {
    expect(fieldsOf('carrier', presets)).toEqual(carrier.fields);
    expect(fieldsOf('gone', presets)).toEqual([]);
    expect(fieldsOf(signInPreset, presets).map(({ name }) => name)).toEqual(['username', 'password']);
    const names = (kind: Trunk['kind']) =>
      changeableFields({ ...trunk, kind }, presets).map(({ name }) => name);
    expect(names('registration')).toEqual(carrier.fields.map(({ name }) => name));
    expect(names('digest')).toEqual(['callerId', 'maxCalls']);
  });

  it('sends what was typed, in the types of the contract', () => {
    const draft = { ...newDraft('carrier'), name: ' Main ' };
    draft.values = {
      host: ' sip.example.com ',
      port: '5061',
      authUsername: 'me',
      password: 'x',
      maxCalls: '',
    };
    expect(creationOf(draft, carrier.fields)).toEqual({
      ...{ preset: 'carrier', name: 'Main', host: 'sip.example.com', port: 5061 },
      ...{ authUsername: 'me', password: 'x' },
    });
    const addresses = { ...newDraft('generic-address'), name: 'PBX' };
    addresses.values = { addresses: '203.0.113.7, 198.51.100.0/28' };
    expect(creationOf(addresses, byAddress.fields)).toEqual({
      ...{ preset: 'generic-address', name: 'PBX', addresses: ['203.0.113.7', '198.51.100.0/28'] },
    });
    const signIn = { ...newDraft(signInPreset), name: 'PBX' };
    signIn.values = { username: 'pbx', password: 'long-enough' };
    expect(creationOf(signIn, fieldsOf(signInPreset, presets))).toEqual({
      ...{ name: 'PBX', username: 'pbx', password: 'long-enough' },
    });
  });

  it('takes away what was emptied, and leaves the password that nobody typed', () => {
    const draft = draftOf(trunk);
    expect(draft.values).toMatchObject({ host: 'sip.example.com', port: '', maxCalls: '10' });
    expect(JSON.stringify(draft)).not.toContain('assword');
    draft.values.callerId = ' ';
    const change = changeOf(draft, carrier.fields);
    expect(change).toMatchObject({ name: 'Carrier', host: 'sip.example.com', callerId: null, maxCalls: 10 });
    expect('password' in change).toBe(false);
    draft.values.password = 'new';
    expect(changeOf(draft, carrier.fields)).toMatchObject({ password: 'new' });
  });

  it('says what is wrong in words', () => {
    const { wrong } = numbersStrings.form;
    const stored = { isStored: true, preset: 'carrier' };
    const fresh = { isStored: false, preset: 'carrier' };
    const told = (name: string, value: string) => fieldTrouble(field(name), value, fresh);
    expect(fieldTrouble(field('host', true), ' ', fresh)).toBe(wrong.needed);
    expect(fieldTrouble(field('password', true, true), '', fresh)).toBe(wrong.needed);
    expect(fieldTrouble(field('password', true, true), '', stored)).toBeNull();
    expect(fieldTrouble(field('password', true, true), 'short', { ...fresh, preset: signInPreset })).toBe(
      wrong.password,
    );
    expect([told('host', 'sip:example.com/x'), told('host', '[2001:db8::1]')]).toEqual([wrong.host, null]);
    expect([told('host', '203.0.113.7:5060'), told('host', '203.0.113.7')]).toEqual([wrong.host, null]);
    expect([told('port', '65536'), told('port', '0'), told('port', '65535')]).toEqual([
      ...[wrong.port, wrong.port, null],
    ]);
    expect([told('addresses', 'example.com'), told('addresses', '203.0.113.7 198.51.100.0/28')]).toEqual([
      ...[wrong.addresses, null],
    ]);
    expect([told('callerId', '2025550100'), told('callerId', '+12025550100')]).toEqual([wrong.number, null]);
    expect([told('maxCalls', '0'), told('maxCalls', '30'), told('maxCalls', '')]).toEqual([
      ...[wrong.maxCalls, null, null],
    ]);
    expect(told('authUsername', 'anything goes')).toBeNull();
  });
});
