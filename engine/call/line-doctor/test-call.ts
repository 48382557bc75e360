import type { MediaLeg } from '../../media/index.ts';
import {
  type AudioOffer,
  acceptAnswer,
  buildOffer,
  type NegotiatedAudio,
  parseOffer,
  type SrfDialog,
  type SrfHeaders,
  type SrfRejection,
  type SrfRequest,
} from '../../sip/index.ts';
import { type Account, authorizedHeaders } from './authorize.ts';
import { listenOnLeg, startLeg } from './listening.ts';
import type { CallSeen, LineCodec, LineTrunk } from './model.ts';
import type { LineDoctorPorts, LineTimings } from './ports.ts';
import { type Wired, wayOf } from './sip-asking.ts';
import { acknowledgedElsewhere, addressOf, listOf, wireFacts } from './wire.ts';

export interface TestCall {
  readonly ports: LineDoctorPorts;
  readonly timings: LineTimings;
  readonly trunk: LineTrunk;
  /** Request-URI. */
  readonly uri: string;
  /** Address that requests go to, for the choice of our own. */
  readonly peer: string;
  readonly wire: Wired;
  /** Send a REFER too. */
  readonly refer: boolean;
  readonly signal: AbortSignal;
  /** Told the Call-ID as soon as it is known. */
  readonly onCallId: (callId: string) => void;
  readonly onStep: (note: string) => void;
}

const allCodecs: readonly LineCodec[] = ['PCMU', 'PCMA', 'G722', 'opus'];
const codecRefusals: ReadonlySet<number | null> = new Set([415, 488, 606]);

/** Places the test call, and a plainer one where only the audio was refused. Rejects only when aborted, or without a free port. */
export async function placeTestCall(call: TestCall): Promise<CallSeen> {
  const { trunk } = call;
  const media = call.ports.openMedia();
  try {
    const leg = await media.openLeg();
    const first = await attempt(call, leg, { codecs: trunk.codecs, srtp: trunk.srtp });
    const retry = await plainer(call, leg, first);
    return retry ? { ...first, retry } : first;
  } finally {
    await media.stop();
  }
}

/** Which part of the offer was refused is found out by leaving that part away. */
async function plainer(call: TestCall, leg: MediaLeg, first: CallSeen): Promise<CallSeen['retry']> {
  const { trunk } = call;
  if (!codecRefusals.has(first.status) && !(first.outcome === 'unusable-answer' && first.offered.srtp))
    return null;
  if (first.offered.srtp) {
    call.onStep('again without encryption');
    const { status, answered } = await attempt(call, leg, { codecs: trunk.codecs, srtp: 'off', brief: true });
    if (status === 200) return { with: 'plain-rtp', status, codec: answered?.codec ?? null };
  }
  if (allCodecs.every((codec) => trunk.codecs.includes(codec))) return null;
  call.onStep('again with every codec');
  const { status, answered } = await attempt(call, leg, { codecs: allCodecs, srtp: 'off', brief: true });
  return { with: 'all-codecs', status, codec: answered?.codec ?? null };
}

interface Attempt {
  readonly codecs: readonly LineCodec[];
  readonly srtp: LineTrunk['srtp'];
  /** Only to see whether it is taken. */
  readonly brief?: boolean;
}

async function attempt(call: TestCall, leg: MediaLeg, { codecs, srtp, brief }: Attempt): Promise<CallSeen> {
  const { ports, peer, timings, wire } = call;
  const address = ports.mediaAddressFor(peer);
  const offer = buildOffer({ address, port: leg.port, sessionId: ports.clock.nowMs(), codecs, srtp });
  const dialled = await dial(call, offer);
  const facts = wireFacts(wire.of(dialled.callId), 'INVITE');
  const seen: CallSeen = {
    outcome: 'refused',
    status: dialled.status !== null && wire.wired() && facts.finals.length === 0 ? null : dialled.status,
    reason: dialled.reason,
    warning: dialled.warning,
    challenged: facts.challenged || dialled.status === 401 || dialled.status === 407,
    offered: { codecs, srtp: offer.crypto.length > 0, audio: { address, port: leg.port } },
    answered: null,
    retry: null,
    peer: facts.peer,
    seenAs: facts.seenAs,
    answersRepeated: 0,
    acknowledgedElsewhere: null,
    hungUpEarly: false,
    audio: null,
    keys: null,
    allow: null,
    refer: null,
  };
  const { dialog } = dialled;
  if (!dialog) return { ...seen, outcome: seen.status === null ? 'unanswered' : 'refused' };
  const ok = facts.finals.at(-1)?.entry;
  const answered = { ...seen, status: 200, allow: ok ? listOf(ok.text, 'allow') : null };
  const described = describe(offer, dialog.remote.sdp);
  try {
    if (!described.audio) return { ...answered, outcome: 'unusable-answer', answered: described.answered };
    if (brief) return { ...answered, outcome: 'answered', answered: described.answered };
    const heard = await converse(call, leg, { dialog, audio: described.audio });
    const finals = wireFacts(wire.of(dialled.callId), 'INVITE').finals.filter(({ status }) => status === 200);
    return {
      ...answered,
      ...heard,
      outcome: 'answered',
      answered: described.answered,
      answersRepeated: Math.max(0, finals.length - 1),
      acknowledgedElsewhere: acknowledgedElsewhere(wire.of(dialled.callId)),
    };
  } finally {
    if (dialog.connected) await within(dialog.destroy(), timings.answerMs);
  }
}

/** Reads the answer; `audio` is null where nothing usable was answered. */
function describe(
  offer: AudioOffer,
  sdp: string,
): { readonly audio: NegotiatedAudio | null; readonly answered: CallSeen['answered'] } {
  try {
    const section = parseOffer(sdp).media[offer.mediaIndex];
    const audio = acceptAnswer(offer, sdp);
    const formats = section && section.port > 0 ? section.formats.map(({ encoding }) => encoding) : [];
    return {
      audio,
      answered: {
        audio: section?.address ? { address: addressOf(section.address), port: section.port } : null,
        formats,
        codec: audio?.codec ?? null,
        srtp: section?.protocol.includes('SAVP') ?? false,
        dtmf: formats.includes('TELEPHONE-EVENT'),
      },
    };
  } catch {
    return { audio: null, answered: { audio: null, formats: [], codec: null, srtp: false, dtmf: false } };
  }
}

interface Dialled {
  readonly callId: string | null;
  readonly dialog: SrfDialog | null;
  readonly status: number | null;
  readonly reason: string | null;
  readonly warning: string | null;
}

async function dial(
  { ports, trunk, uri, timings, signal, onCallId }: TestCall,
  offer: AudioOffer,
): Promise<Dialled> {
  const way = wayOf(trunk);
  const password = ports.password(trunk.id);
  const from = trunk.callerId ?? trunk.authUsername ?? 'line-test';
  let callId: string | null = null;
  let sent: SrfRequest | null = null;
  let given = false;
  const giveUp = (): void => {
    given = true;
    sent?.cancel();
  };
  const limit = setTimeout(giveUp, timings.pickUpMs);
  signal.addEventListener('abort', giveUp);
  const account =
    trunk.authUsername !== null && password !== null ? { username: trunk.authUsername, password } : null;
  const invite = (headers: SrfHeaders): Promise<SrfDialog> =>
    ports.srf.createUAC(
      uri,
      { localSdp: offer.sdp, headers, ...(way.proxy ? { proxy: way.proxy } : {}) },
      {
        cbRequest: (error, request) => {
          if (error || !request) return;
          sent = request;
          callId = request.get('call-id') ?? null;
          if (callId !== null) onCallId(callId);
        },
      },
    );
  const contact = `<sip:${from}@localhost>`;
  try {
    const dialog = await invite({ From: `<sip:${from}@${way.host}>`, Contact: contact }).catch(
      (error: unknown) => {
        const answer = signedAgain(error, { sent, uri, account });
        if (!answer || given) throw error;
        return invite({ ...answer, Contact: contact });
      },
    );
    return { callId, dialog, status: 200, reason: null, warning: null };
  } catch (error) {
    signal.throwIfAborted();
    const status = statusIn(error);
    if (status === null) return { callId, dialog: null, status, reason: null, warning: messageOf(error) };
    const { reason, warning } = refusalIn(error);
    return { callId, dialog: null, status: given ? 487 : status, reason, warning };
  } finally {
    clearTimeout(limit);
    signal.removeEventListener('abort', giveUp);
  }
}

/** Headers for the same call with our password; null where that is not what it failed for. */
function signedAgain(
  error: unknown,
  {
    sent,
    uri,
    account,
  }: { readonly sent: SrfRequest | null; readonly uri: string; readonly account: Account | null },
): SrfHeaders | null {
  const status = statusIn(error);
  if (!isRejection(error) || status === null || !error.res || !sent) return null;
  return authorizedHeaders(error.res, { status, sent, method: 'INVITE', uri, account });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const isRejection = (error: unknown): error is SrfRejection =>
  error instanceof Error && 'status' in error && typeof error.status === 'number';

const statusIn = (error: unknown): number | null => (isRejection(error) ? error.status : null);

const refusalIn = (error: unknown): { readonly reason: string | null; readonly warning: string | null } =>
  isRejection(error)
    ? { reason: error.reason ?? null, warning: error.res?.get('warning') ?? null }
    : { reason: null, warning: null };

/** The connected call: tones, keys, a while of listening, and a REFER where one is wanted. */
async function converse(
  call: TestCall,
  leg: MediaLeg,
  { dialog, audio }: { readonly dialog: SrfDialog; readonly audio: NegotiatedAudio },
): Promise<Pick<CallSeen, 'audio' | 'keys' | 'hungUpEarly' | 'refer'>> {
  const { timings, trunk, ports, signal, onStep } = call;
  const over = new AbortController();
  const stop = (): void => over.abort();
  signal.addEventListener('abort', stop);
  let hungUpEarly = false;
  dialog.on('destroy', () => {
    hungUpEarly = true;
    stop();
  });
  // A hold or a session refresh in between changes nothing of ours.
  dialog.on('modify', (_, response) => response.send(200, { body: dialog.local.sdp }));
  dialog.on('notify', (_, response) => response.send(200));
  try {
    startLeg(leg, { audio, dtmf: trunk.dtmf });
    const events = trunk.dtmf !== 'inband' && audio.dtmfPayloadType !== null;
    const withKeys = trunk.dtmf === 'inband' || (trunk.dtmf === 'rfc4733' && events);
    const heard = await listenOnLeg(leg, {
      clock: ports.clock,
      timings,
      withKeys,
      signal: over.signal,
      onStep,
    });
    signal.throwIfAborted();
    const earlyEnd = hungUpEarly;
    if (call.refer && dialog.connected) onStep('asking for a transfer');
    const refer = call.refer && dialog.connected ? await askRefer(dialog, call) : null;
    return { ...heard, hungUpEarly: earlyEnd, refer };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function askRefer(
  dialog: SrfDialog,
  { uri, timings }: TestCall,
): Promise<{ readonly status: number | null }> {
  const answer = await within(
    dialog.request({ method: 'REFER', headers: { 'Refer-To': `<${uri}>` } }),
    timings.answerMs,
  );
  return { status: answer?.status ?? null };
}

/** Null when it takes longer, or fails. */
async function within<T>(work: Promise<T>, limitMs: number): Promise<T | null> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<null>((settle) => {
    limit = setTimeout(() => settle(null), limitMs);
  });
  try {
    return await Promise.race([work.catch(() => null), late]);
  } finally {
    clearTimeout(limit);
  }
}
