import { describe, expect, it } from 'vitest';
import { hasCode } from '../foundation/index.ts';
import { type GuardedRequest, guard, hostName, isLoopbackName, isOfThisMachine } from './guard.ts';

describe('hostName', () => {
  it.each([
    ['localhost:7070', 'localhost'],
    ['LOCALHOST', 'localhost'],
    ['127.0.0.1:7070', '127.0.0.1'],
    ['[::1]:7070', '::1'],
    ['box.example', 'box.example'],
    ['', null],
    [undefined, null],
    ['localhost:7070@evil.example', null],
    ['localhost/evil', null],
  ])('reads %s as %s', (header, expected) => {
    expect(hostName(header)).toBe(expected);
  });
});

describe('isLoopbackName', () => {
  it('knows the names of this machine only', () => {
    expect(['localhost', '127.0.0.1', '127.8.8.8', '::1'].every(isLoopbackName)).toBe(true);
    expect(
      ['127.evil.example', 'localhost.evil.example', '10.0.0.1', '::', '0.0.0.0'].some(isLoopbackName),
    ).toBe(false);
  });
});

describe('isOfThisMachine', () => {
  it('knows who asks here, and not through a proxy', () => {
    expect(['127.0.0.1', '::ffff:127.0.0.1', '::1'].every((ip) => isOfThisMachine({ ip, headers: {} }))).toBe(
      true,
    );
    expect(isOfThisMachine({ ip: '192.168.1.9', headers: {} })).toBe(false);
    for (const header of ['x-forwarded-for', 'forwarded']) {
      expect(isOfThisMachine({ ip: '127.0.0.1', headers: { [header]: 'for=203.0.113.9' } })).toBe(false);
    }
  });
});

describe('guard', () => {
  const page: GuardedRequest = { method: 'GET', host: 'localhost:7070', origin: undefined, upgrade: false };
  const passes = (request: Partial<GuardedRequest>, loopback = true): boolean => {
    try {
      guard({ ...page, ...request }, { loopback });
      return true;
    } catch (error) {
      if (!hasCode(error, 'request_refused')) throw error;
      return false;
    }
  };

  it('lets the page and programs in', () => {
    expect(passes({})).toBe(true);
    expect(passes({ method: 'POST' })).toBe(true);
    expect(passes({ method: 'POST', origin: 'http://localhost:7070' })).toBe(true);
    expect(passes({ upgrade: true, origin: 'http://localhost:7070' })).toBe(true);
  });

  it('refuses a name that only resolves to this machine', () => {
    expect(passes({ host: 'evil.example:7070' })).toBe(false);
    expect(passes({ host: 'evil.example:7070', origin: 'http://evil.example:7070', upgrade: true })).toBe(
      false,
    );
    expect(passes({ host: undefined })).toBe(false);
  });

  it('refuses writing and listening for a page of another origin', () => {
    expect(passes({ method: 'POST', origin: 'http://evil.example' })).toBe(false);
    expect(passes({ method: 'POST', origin: 'http://localhost:9999' })).toBe(false);
    expect(passes({ method: 'POST', origin: 'null' })).toBe(false);
    expect(passes({ upgrade: true, origin: 'https://evil.example' })).toBe(false);
  });

  it('knows its own names only while it is bound to this machine', () => {
    expect(passes({ host: 'box.lan:7070' }, false)).toBe(true);
    expect(passes({ host: 'box.lan:7070', method: 'POST', origin: 'http://evil.example' }, false)).toBe(
      false,
    );
  });
});
