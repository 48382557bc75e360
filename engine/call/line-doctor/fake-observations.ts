import type { AudioSeen, CallSeen, LineTrunk, Observations } from './model.ts';

/** A line that has nothing wrong, for tests to spoil. */
export const healthyTrunk: LineTrunk = {
  id: 'trunk-1',
  name: 'Carrier',
  kind: 'registration',
  host: 'sip.carrier.example',
  port: null,
  transport: 'udp',
  outboundProxy: null,
  authUsername: 'desk',
  codecs: ['PCMU', 'PCMA'],
  srtp: 'off',
  dtmf: 'rfc4733',
  callerId: null,
};

export const healthyAudio: AudioSeen = {
  packetsSent: 400,
  packetsReceived: 398,
  decryptFailures: 0,
  source: '203.0.113.20',
  echoed: true,
  echoDelayMs: 60,
  remoteLossFraction: 0,
  quietMs: 20,
  lossFraction: 0,
  jitterMs: 2,
  mos: 4.3,
};

export const healthyCall: CallSeen = {
  outcome: 'answered',
  status: 200,
  reason: null,
  warning: null,
  challenged: true,
  offered: { codecs: ['PCMU', 'PCMA'], srtp: false, audio: { address: '198.51.100.7', port: 20_000 } },
  answered: {
    audio: { address: '203.0.113.20', port: 30_000 },
    formats: ['PCMU', 'TELEPHONE-EVENT'],
    codec: 'PCMU',
    srtp: false,
    dtmf: true,
  },
  retry: null,
  peer: '203.0.113.10',
  seenAs: '198.51.100.7',
  answersRepeated: 0,
  acknowledgedElsewhere: null,
  hungUpEarly: false,
  audio: healthyAudio,
  keys: { sent: '159#', returned: '159#' },
  allow: ['INVITE', 'BYE', 'REFER'],
  refer: null,
};

export const healthy: Observations = {
  trunk: healthyTrunk,
  target: 'sip:echo@sip.carrier.example',
  next: { host: 'sip.carrier.example', port: 5060 },
  name: { addresses: ['203.0.113.10'], trouble: null },
  port: { open: true, trouble: null, rttMs: 20 },
  certificate: null,
  options: { status: 200, rttMs: 20, allow: ['INVITE', 'REFER'] },
  account: {
    status: 200,
    reason: 'OK',
    challenged: true,
    contacts: ['<sip:desk@198.51.100.7>'],
    kept: { status: 'registered', reason: null },
  },
  call: healthyCall,
};
