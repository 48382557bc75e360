import { describe, expect, it } from 'vitest';
import { loadConfig, splitHostPort } from './config.ts';

const data = { VOXBOX_DATA: '/tmp/voxbox-config' };

describe('configuration', () => {
  it('has no TLS, no external server and no external address unless it is told', () => {
    const config = loadConfig({}, data);
    expect(config).toMatchObject({ sipPort: 5060, sipTlsPort: 5061 });
    expect([config.sipTlsKey, config.sipControlServer, config.sipExternalAddress, config.stunServer]).toEqual(
      new Array(4).fill(undefined),
    );
  });

  it('takes them from the environment', () => {
    expect(
      loadConfig(
        {},
        {
          ...data,
          VOXBOX_SIP_TLS_PORT: '0',
          VOXBOX_SIP_TLS_KEY: 'key.pem',
          VOXBOX_SIP_TLS_CERT: 'cert.pem',
          VOXBOX_SIP_TLS_CA: 'ca.pem',
          VOXBOX_SIP_CONTROL_SERVER: '[::1]:9022',
          VOXBOX_SIP_CONTROL_SECRET: 'secret',
          VOXBOX_SIP_EXTERNAL_ADDRESS: '203.0.113.9',
          VOXBOX_STUN_SERVER: 'stun.example:3478',
        },
      ),
    ).toMatchObject({
      sipTlsPort: 0,
      sipTlsKey: 'key.pem',
      sipTlsCa: 'ca.pem',
      sipControlServer: '[::1]:9022',
      sipExternalAddress: '203.0.113.9',
      stunServer: 'stun.example:3478',
    });
  });

  it.each([
    [{ sipTlsKey: 'key.pem' }, 'sipTlsCert: goes with sipTlsKey'],
    [{ sipControlServer: '127.0.0.1:9022' }, 'sipControlSecret: goes with sipControlServer'],
    [{ sipControlSecret: 'x' }, 'sipControlServer: goes with'],
    [{ sipExternalAddress: 'box.example' }, 'sipExternalAddress: must be an IP address'],
    [{ stunServer: 'stun.example' }, 'stunServer: must be host:port'],
  ])('refuses %j', (flags, message) => {
    expect(() => loadConfig(flags, data)).toThrow(message);
  });

  it.each([
    ['box.example:5060', { host: 'box.example', port: 5060 }],
    ['[2001:db8::1]:9', { host: '2001:db8::1', port: 9 }],
    ['2001:db8::1:9', null],
    ['box:0', null],
    ['box:70000', null],
    [':5060', null],
  ])('reads %s', (text, expected) => {
    expect(splitHostPort(text)).toEqual(expected);
  });
});
