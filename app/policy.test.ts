import { describe, expect, it } from 'vitest';
import { judgeNavigation, originOf, permits, restartAddress } from './policy.ts';

const engine = 'http://127.0.0.1:7070';

describe('judgeNavigation', () => {
  it.each([
    ['http://127.0.0.1:7070/', 'stay'],
    ['http://127.0.0.1:7070/#/calls/1', 'stay'],
    ['https://example.com/manual', 'browser'],
    ['http://example.com/', 'deny'],
    ['http://127.0.0.1:7071/', 'deny'],
    ['https://127.0.0.1:7070/', 'browser'],
    ['http://localhost:7070/', 'deny'],
    ['http://127.0.0.1:7070@example.com/', 'deny'],
    ['https://user:secret@example.com/', 'deny'],
    ['file:///etc/passwd', 'deny'],
    ['javascript:alert(1)', 'deny'],
    ['data:text/html,<h1>x</h1>', 'deny'],
    ['mailto:someone@example.com', 'deny'],
    ['ms-msdt:/id', 'deny'],
    ['not an address', 'deny'],
    ['', 'deny'],
    [restartAddress, 'deny'],
  ] as const)('%s: %s', (address, verdict) => {
    expect(judgeNavigation(address, engine)).toBe(verdict);
  });

  it('restarts from the page of the shell only, and keeps no page while no engine runs', () => {
    expect(judgeNavigation(restartAddress, null)).toBe('restart');
    expect(judgeNavigation('http://127.0.0.1:7070/', null)).toBe('deny');
    expect(judgeNavigation('data:text/html,x', null)).toBe('deny');
  });
});

describe('originOf', () => {
  it('is null for what has no origin', () => {
    expect(['data:text/html,x', 'file:///x', 'about:blank', 'x', ''].map(originOf)).toEqual(
      Array(5).fill(null),
    );
    expect(originOf('http://127.0.0.1:7070/#/agent')).toBe(engine);
  });
});

describe('permits', () => {
  const from = `${engine}/`;

  it('lends the microphone, and nothing with a camera, to the page of the engine', () => {
    expect(permits({ permission: 'media', from, media: ['audio'] }, engine)).toBe(true);
    expect(permits({ permission: 'media', from, media: ['video'] }, engine)).toBe(false);
    expect(permits({ permission: 'media', from, media: ['audio', 'video'] }, engine)).toBe(false);
    expect(permits({ permission: 'media', from, media: ['unknown'] }, engine)).toBe(false);
    expect(permits({ permission: 'media', from, media: [] }, engine)).toBe(false);
  });

  it('lends it to nobody else', () => {
    const asked = { permission: 'media', media: ['audio'] };
    expect(permits({ ...asked, from: 'http://127.0.0.1:7071/' }, engine)).toBe(false);
    expect(permits({ ...asked, from: 'data:text/html,x' }, null)).toBe(false);
    expect(permits({ ...asked, from }, null)).toBe(false);
  });

  it.each([
    'geolocation',
    'midi',
    'hid',
    'usb',
    'serial',
    'display-capture',
    'fullscreen',
    'openExternal',
    'clipboard-read',
  ])('refuses %s', (permission) => {
    expect(permits({ permission, from, media: [] }, engine)).toBe(false);
  });

  it.each(['clipboard-sanitized-write', 'notifications'])(
    'lets the page of the engine have %s',
    (permission) => {
      expect(permits({ permission, from, media: [] }, engine)).toBe(true);
      expect(permits({ permission, from: 'http://127.0.0.1:7071/', media: [] }, engine)).toBe(false);
      expect(permits({ permission, from: 'data:text/html,x', media: [] }, null)).toBe(false);
    },
  );
});
