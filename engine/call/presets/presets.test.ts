import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '../../foundation/index.ts';
import { type Box, openBox } from '../../store/index.ts';
import { findPreset, listPresets, trunkFromPreset } from './index.ts';
import type { TrunkPreset } from './preset.ts';

let dataDir: string;
let box: Box;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-presets-'));
  box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
});

afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const presets = listPresets();

/** What a technician would give, by the examples of the preset. */
function examples(preset: TrunkPreset, { all }: { all: boolean }) {
  const given: Record<string, unknown> = {};
  for (const { name, example, required, secret } of preset.fields) {
    if (!required && !all) continue;
    if (secret) given.password = 'a long password';
    else if (name === 'addresses') given.addresses = example.split(',');
    else given[name] = name === 'port' || name === 'maxCalls' ? Number(example) : example;
  }
  return given;
}

it('knows the carriers and PBXs, each in a file named after it', () => {
  expect(presets.map(({ id }) => id).toSorted()).toEqual([
    '3cx',
    'exotel',
    'freepbx',
    'generic-address',
    'generic-registration',
    'telnyx',
    'twilio',
  ]);
  const files = readdirSync(new URL('./', import.meta.url)).filter((file) => file.endsWith('.json'));
  expect(files.toSorted()).toEqual(presets.map(({ id }) => `${id}.json`).toSorted());
  expect(() => findPreset('nobody')).toThrow('twilio');
});

describe.each(presets.map((preset) => [preset.id, preset] as const))('%s', (_, preset) => {
  it('explains every field, and shows no example of a secret', () => {
    for (const field of preset.fields) {
      expect(field.help.length, field.name).toBeGreaterThan(20);
      expect(field.secret, field.name).toBe(field.name === 'password');
      expect(field.example === '', field.name).toBe(field.secret);
    }
    expect(new Set(preset.fields.map(({ name }) => name)).size).toBe(preset.fields.length);
    expect(preset.notes.length).toBeGreaterThan(0);
    const [year = '', month = ''] = preset.asOf.split('-');
    expect(Date.UTC(Number(year), Number(month) - 1)).toBeLessThan(Date.now() + 31 * 86_400_000);
  });

  it('names hosts by patterns and addresses as ranges', () => {
    for (const pattern of preset.hosts) expect(() => new RegExp(pattern)).not.toThrow();
    const ranges = [...preset.signalling.flatMap((place) => place.ranges), ...(preset.media?.ranges ?? [])];
    for (const range of ranges) {
      const [address = '', bits = ''] = range.split('/');
      expect(isIP(address), range).toBe(4);
      // A range begins at its first address; a slip of the pen shows here.
      const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
      expect(number % 2 ** (32 - Number(bits)), range).toBe(0);
    }
    expect(preset.trunk.transport in preset.ports).toBe(true);
  });

  it.each([
    ['what it needs', false],
    ['everything it asks for', true],
  ])('makes a trunk that the box takes, given %s', (_what, all) => {
    const trunk = box.trunks.add(trunkFromPreset(preset, 'Line', examples(preset, { all })));
    expect(trunk).toMatchObject({ name: 'Line', preset: preset.id, kind: preset.kind, enabled: true });
    if (preset.kind === 'address') expect(trunk.addresses.length).toBeGreaterThan(0);
    if (preset.kind === 'registration') expect(box.trunks.password(trunk.id)).toBe('a long password');
    if (trunk.srtp === 'required') expect(trunk.transport).toBe('tls');
    expect(trunk.codecs).toEqual(preset.trunk.codecs);
  });

  it('names what is missing', () => {
    const needed = preset.fields.filter(({ required }) => required);
    expect(needed.length).toBeGreaterThan(0);
    for (const { name, label } of needed) {
      const { [name]: _left, ...rest } = examples(preset, { all: true });
      expect(() => trunkFromPreset(preset, 'Line', rest)).toThrow(label);
    }
  });
});

describe('a preset', () => {
  it('takes the port of the transport that was chosen, and no keys in the clear', () => {
    const twilio = findPreset('twilio');
    const host = 'example.pstn.twilio.com';
    expect(trunkFromPreset(twilio, 'x', { host })).toMatchObject({
      transport: 'tls',
      port: 5061,
      srtp: 'required',
    });
    const plain = trunkFromPreset(twilio, 'x', { host, transport: 'udp' });
    expect(plain).toMatchObject({ transport: 'udp', port: 5060, srtp: 'off' });
    expect(trunkFromPreset(twilio, 'x', { host, port: 5062 })).toMatchObject({ port: 5062 });
    const exotel = examples(findPreset('exotel'), { all: false });
    expect(() => trunkFromPreset(findPreset('exotel'), 'x', { ...exotel, transport: 'udp' })).toThrow('udp');
  });

  it('leaves the port of Telnyx to DNS, which names both servers of a region', () => {
    const account = { authUsername: 'practice4711', password: 'a long password' };
    const trunk = box.trunks.add(trunkFromPreset(findPreset('telnyx'), 'x', account));
    expect(trunk).toMatchObject({ host: 'sip.telnyx.com', port: null, transport: 'tls', srtp: 'optional' });
    for (const host of ['sip.telnyx.eu', 'sip.telnyx.ca', 'sip.telnyx.com.au']) {
      expect(trunkFromPreset(findPreset('telnyx'), 'x', { ...account, host })).toMatchObject({ host });
    }
    const plain = trunkFromPreset(findPreset('telnyx'), 'x', { ...account, transport: 'udp' });
    expect(plain).toMatchObject({ transport: 'udp', srtp: 'off' });
    expect(plain.port).toBeUndefined();
  });

  it("refuses a host of somebody else's", () => {
    for (const host of ['sip.telnyx.com', 'pstn.twilio.com.example.org', 'x.pstn.twilio.com.evil.test']) {
      expect(() => trunkFromPreset(findPreset('twilio'), 'x', { host })).toThrow('no host of Twilio');
    }
  });
});
