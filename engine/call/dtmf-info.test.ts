import { describe, expect, it } from 'vitest';
import { keysOfInfo } from './dtmf-info.ts';

describe('keys by SIP INFO', () => {
  it.each([
    ['application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n', '5'],
    ['application/dtmf-relay', 'Signal= *\nDuration= 250', '*'],
    ['Application/DTMF-Relay;charset=utf-8', 'duration=100\r\nsignal=11\r\n', '#'],
    ['application/dtmf', ' d ', 'D'],
    ['application/dtmf', '0', '0'],
  ])('are read from %s %j', (type, body, key) => {
    expect(keysOfInfo(type, body)).toBe(key);
  });

  it('are none where the signal is no key, and of no concern in other content', () => {
    expect(keysOfInfo('application/dtmf-relay', 'Signal=hook\r\n')).toBe('');
    expect(keysOfInfo('application/dtmf', '')).toBe('');
    expect(keysOfInfo('application/media_control+xml', '<a/>')).toBeNull();
  });
});
