import { isPrivateAddress } from '../../sip/index.ts';
import type { AudioSeen, CallSeen, LineCheck, Observations } from './model.ts';
import {
  type CheckRule,
  type CheckVerdict,
  failed,
  isEchoTarget,
  passed,
  skipped,
  unknown,
  warned,
} from './verdict.ts';

const reached = ['name', 'port', 'certificate', 'account'] as const satisfies LineCheck[];
const connected = [...reached, 'call', 'codec', 'encryption'] as const satisfies LineCheck[];

type CallCheck = Exclude<LineCheck, (typeof reached)[number] | 'registration'>;

/** The checks that need the test call. */
export const callChecks: Readonly<Record<CallCheck, CheckRule>> = {
  call: { after: reached, judge: ({ call, target }) => judgeCall(call, target) },
  codec: { after: [...reached, 'call'], judge: ({ call }) => (call ? judgeCodec(call) : noCall) },
  encryption: { after: [...reached, 'call', 'codec'], judge: judgeEncryption },
  acknowledgement: { after: connected, judge: ({ call }) => (call ? judgeAcknowledgement(call) : noCall) },
  address: { after: connected, judge: ({ call }) => (call ? judgeAddress(call) : noCall) },
  'audio-in': { after: [...connected, 'address'], judge: ({ call }) => withAudio(call, judgeAudioIn) },
  'audio-out': {
    after: [...connected, 'address', 'audio-in'],
    judge: ({ call, target }) => withAudio(call, (audio) => judgeAudioOut(audio, target)),
  },
  'audio-lasts': {
    after: [...connected, 'address', 'audio-in'],
    judge: ({ call }) => withAudio(call, judgeLasting),
  },
  keys: { after: [...connected, 'address', 'audio-in', 'audio-out', 'audio-lasts'], judge: judgeKeys },
  transfer: { after: connected, judge: ({ call }) => (call ? judgeTransfer(call) : noCall) },
};

const noCall = unknown('no test call was placed');

const withAudio = (
  call: CallSeen | null,
  judge: (audio: AudioSeen, call: CallSeen) => CheckVerdict,
): CheckVerdict => {
  if (!call) return noCall;
  return call.audio ? judge(call.audio, call) : unknown('no audio was measured');
};

const codecRefusals: ReadonlySet<number | null> = new Set([415, 488, 606]);
const nobodyThere: ReadonlySet<number | null> = new Set([408, 480, 486, 487, 600, 603]);

function judgeCall(call: CallSeen | null, target: string | null): CheckVerdict {
  if (!call) return target === null ? unknown('no target to call') : noCall;
  const { outcome, status, reason, warning } = call;
  if (outcome === 'answered' || outcome === 'unusable-answer') return passed(`answered by ${target ?? '?'}`);
  const answer = `INVITE: ${status ?? 'no final answer'} ${reason ?? ''}`.trim();
  const evidence = [answer, ...(warning === null ? [] : [`warning: ${warning}`])];
  // What was offered is told by the checks of codec and encryption.
  if (codecRefusals.has(status)) return passed(answer);
  if ((status === 401 || status === 407) && call.challenged) return failed('wrong-password', ...evidence);
  if (status === 404 || status === 484 || status === 604) return failed('number-unknown', ...evidence);
  if (status === null || nobodyThere.has(status)) return failed('call-unanswered', ...evidence);
  return failed('call-refused', ...evidence);
}

function judgeCodec(call: CallSeen): CheckVerdict {
  const { offered, answered, retry, status, warning } = call;
  const ours = `offered: ${offered.codecs.join(', ')}${offered.srtp ? ' over SRTP' : ''}`;
  if (call.outcome === 'answered') return passed(answered?.codec ?? 'agreed');
  const theirs = answered === null ? [] : [`answered: ${answered.formats.join(', ') || 'nothing'}`];
  if (call.outcome === 'unusable-answer') {
    // A plain answer to an encrypted offer is no matter of codecs.
    if (offered.srtp && answered?.srtp === false) return passed('see encryption');
    return failed('codec-mismatch', ours, ...theirs);
  }
  if (!codecRefusals.has(status)) return unknown('the call was not answered');
  if (retry?.with === 'plain-rtp' && retry.status === 200)
    return passed(`${retry.codec ?? 'agreed'} without SRTP`);
  const more =
    retry?.with === 'all-codecs' && retry.status === 200 ? [`it takes: ${retry.codec ?? 'others'}`] : [];
  return failed(
    'codec-mismatch',
    `INVITE: ${status} ${call.reason ?? ''}`.trim(),
    ours,
    ...more,
    ...(warning === null ? [] : [`warning: ${warning}`]),
  );
}

function judgeEncryption({ trunk, call }: Observations): CheckVerdict {
  if (trunk.srtp === 'off') return skipped('audio is not encrypted on this trunk');
  if (!call) return noCall;
  const { offered, answered, retry, status, audio } = call;
  if (call.outcome === 'answered') {
    if (answered?.srtp && audio && audio.packetsReceived === 0 && audio.decryptFailures > 0) {
      return failed('srtp-refused', `${audio.decryptFailures} packets did not fit the key that was agreed`);
    }
    if (answered?.srtp || trunk.srtp === 'optional')
      return passed(answered?.srtp ? 'SRTP' : 'plain, as allowed');
    return failed('srtp-refused', 'SRTP is required, and the answer is plain RTP');
  }
  if (offered.srtp && call.outcome === 'unusable-answer') {
    return failed(
      'srtp-refused',
      'offered: SRTP',
      `answered: ${answered?.srtp ? 'SRTP with an unknown suite' : 'plain RTP'}`,
    );
  }
  if (retry?.with === 'plain-rtp' && retry.status === 200) {
    return failed('srtp-refused', `INVITE with SRTP: ${status}`, 'INVITE with plain RTP: 200');
  }
  return unknown('the call was not answered');
}

/** RFC 3261 §13.3.1.4: the 2xx is repeated until the ACK arrives. */
function judgeAcknowledgement(call: CallSeen): CheckVerdict {
  if (call.outcome !== 'answered') return unknown('the call was not answered');
  // One repetition is what a slow way brings about by itself.
  if (call.answersRepeated < 2) return passed('the answer was acknowledged');
  return failed(
    'acknowledgement-lost',
    `200 came ${call.answersRepeated + 1} times although it was acknowledged`,
    ...(call.acknowledgedElsewhere === null
      ? []
      : [`our acknowledgement went to ${call.acknowledgedElsewhere}, as the answer asks`]),
  );
}

function judgeAddress(call: CallSeen): CheckVerdict {
  if (call.outcome !== 'answered') return unknown('the call was not answered');
  const { offered, answered, seenAs, peer, audio } = call;
  const ours = offered.audio.address;
  const heard = (audio?.packetsReceived ?? 0) > 0;
  if (seenAs !== null && seenAs !== ours) {
    const evidence = [
      `our SDP says ${ours}:${offered.audio.port}`,
      `Via received says ${seenAs}`,
      heard
        ? 'audio arrives all the same, because the carrier answers to where ours comes from'
        : 'no audio arrives',
    ];
    return heard ? warned('wrong-public-address', ...evidence) : failed('wrong-public-address', ...evidence);
  }
  const theirs = answered?.audio?.address ?? null;
  if (theirs !== null && isFarFrom(peer, theirs)) {
    const evidence = [
      `its SDP says ${theirs}:${answered?.audio?.port ?? 0}`,
      `its SIP messages come from ${peer ?? '?'}`,
      heard ? `its audio comes from ${audio?.source ?? 'elsewhere'}` : 'no audio arrives',
    ];
    return heard ? warned('wrong-peer-address', ...evidence) : failed('wrong-peer-address', ...evidence);
  }
  return passed(seenAs === null ? 'as offered' : `the carrier sees us at ${seenAs}`);
}

/** A private address told by somebody who is not on a private network himself cannot be meant for us. */
const isFarFrom = (peer: string | null, audio: string): boolean =>
  audio === '0.0.0.0' ||
  (peer !== null && peer !== audio && isPrivateAddress(audio) && !isPrivateAddress(peer));

const counts = (audio: AudioSeen): string =>
  `packets sent ${audio.packetsSent}, received ${audio.packetsReceived}`;

function judgeAudioIn(audio: AudioSeen): CheckVerdict {
  const { packetsReceived, remoteLossFraction } = audio;
  if (packetsReceived > 0) {
    const loss = (audio.lossFraction * 100).toFixed(1);
    return passed(`${packetsReceived} packets, loss ${loss} %, jitter ${Math.round(audio.jitterMs)} ms`);
  }
  const reported =
    remoteLossFraction === null
      ? 'no RTCP report came'
      : `RTCP: the other side lost ${percent(remoteLossFraction)} of ours`;
  if (remoteLossFraction === 1) return failed('no-audio', counts(audio), reported);
  return failed('one-way-audio-in', counts(audio), reported);
}

function judgeAudioOut(audio: AudioSeen, target: string | null): CheckVerdict {
  const { echoed, echoDelayMs, remoteLossFraction } = audio;
  if (echoed)
    return passed(
      echoDelayMs === null
        ? 'our tones came back'
        : `our tones came back after ${Math.round(echoDelayMs)} ms`,
    );
  const silent = 'our tones did not come back';
  if (remoteLossFraction === null) {
    const evidence = [counts(audio), silent, 'no RTCP report about our audio came'];
    return isEchoTarget(target)
      ? failed('one-way-audio-out', ...evidence)
      : warned('one-way-audio-out', ...evidence);
  }
  if (remoteLossFraction >= 1)
    return failed('one-way-audio-out', counts(audio), silent, 'RTCP: all of ours is lost');
  return passed(`RTCP: the other side receives ours (loss ${percent(remoteLossFraction)})`);
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(0)} %`;
const quietLimitMs = 1500;

function judgeLasting(audio: AudioSeen, call: CallSeen): CheckVerdict {
  if (call.hungUpEarly) return unknown('the other side hung up before the test was over');
  if (audio.quietMs <= quietLimitMs) return passed('until the end');
  return failed(
    'audio-stops',
    counts(audio),
    `nothing arrived for the last ${(audio.quietMs / 1000).toFixed(1)} s`,
  );
}

function judgeKeys({ trunk, call }: Observations): CheckVerdict {
  if (!call) return noCall;
  if (trunk.dtmf === 'info') return skipped('keys go by INFO on this trunk');
  if (call.outcome !== 'answered') return unknown('the call was not answered');
  const { keys, answered, audio } = call;
  if (trunk.dtmf === 'rfc4733' && answered && !answered.dtmf) {
    return failed('dtmf-not-agreed', 'the answer names no telephone-event');
  }
  if (!keys) return unknown('no keys were sent');
  const evidence = [`sent ${keys.sent}`, `came back ${keys.returned || 'nothing'}`];
  if (keys.returned === keys.sent) return passed(`${keys.sent} came back`);
  if (!audio?.echoed) return unknown('the target does not send back what it hears');
  return failed('dtmf-lost', ...evidence);
}

function judgeTransfer(call: CallSeen): CheckVerdict {
  const { refer, allow } = call;
  if (refer) {
    const { status } = refer;
    if (status !== null && status < 300) return passed(`REFER: ${status}`);
    return warned('refer-refused', `REFER: ${status ?? 'no answer'}`);
  }
  if (call.outcome !== 'answered') return unknown('the call was not answered');
  if (allow === null) return skipped('the other side does not tell what it allows');
  if (allow.includes('REFER')) return passed('REFER is allowed');
  return warned('refer-refused', `Allow: ${allow.join(', ')}`);
}
