import { expect, it } from 'vitest';
import { isThisMachine, phoneServer } from './phone-server.ts';

it.each([
  ['192.168.1.20:5060', '192.168.1.20'],
  ['0.0.0.0:5060', 'box.example'],
  ['[::]:5060', 'box.example'],
  ['', 'box.example'],
  [null, 'box.example'],
])('phones find a box that listens on %s', (sipAddress, server) => {
  expect(phoneServer(sipAddress, 'box.example')).toBe(server);
});

it('knows what no other machine reaches', () => {
  expect(['localhost', '127.0.0.1', '[::1]', '192.168.1.20'].map(isThisMachine)).toEqual([
    ...[true, true, true],
    false,
  ]);
});
