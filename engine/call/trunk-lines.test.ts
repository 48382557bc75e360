import { expect, it } from 'vitest';
import type { Trunk } from '../store/index.ts';
import { trunkUri } from './trunk-lines.ts';

it.each<[Pick<Trunk, 'host' | 'port' | 'transport'>, string]>([
  [{ host: 'sip.example.com', port: null, transport: 'udp' }, 'sip:+1@sip.example.com'],
  [{ host: 'sip.example.com', port: 5061, transport: 'tls' }, 'sip:+1@sip.example.com:5061;transport=tls'],
  [{ host: '2001:db8::1', port: 5060, transport: 'tcp' }, 'sip:+1@[2001:db8::1]:5060;transport=tcp'],
  [{ host: '[2001:db8::1]', port: null, transport: 'udp' }, 'sip:+1@[2001:db8::1]'],
])('calls through %j go to %s', (trunk, uri) => {
  expect(trunkUri(trunk, '+1')).toBe(uri);
});
