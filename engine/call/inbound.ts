import type { Clock, ErrorCode, Ids, Log } from '../foundation/index.ts';
import { errorCatalogue, hasCode, isVoxboxError } from '../foundation/index.ts';
import {
  buildAnswer,
  type Digest,
  type Invitation,
  localAddressFor,
  negotiateAudio,
  parseOffer,
  readInvitation,
  type Srf,
  type SrfDialog,
  type SrfRequest,
  type SrfResponse,
} from '../sip/index.ts';
import type { Box, CallOutcome } from '../store/index.ts';
import { admit } from './admission.ts';
import { type CallRow, keepRecord, openRecord } from './record.ts';
import type { CallRegistry } from './registry.ts';
import { routeCall } from './router.ts';
import type { CallWorker } from './worker-client.ts';

/** What a call needs of the house. */
export interface InboundParts {
  readonly srf: Srf;
  readonly box: Box;
  readonly worker: CallWorker;
  readonly registry: CallRegistry;
  readonly digest: Digest;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly dataDir: string;
  /** What RTP is bound to. */
  readonly mediaHost: string;
  readonly maxCalls: number;
  readonly trustLoopback: boolean;
  /** Aborted when the engine stops: calls are ended and their records closed. */
  readonly stopping: AbortSignal;
  /** Voice of messages that belong to no tenant. */
  readonly defaultVoice: string;
}

/**
 * One inbound call from its INVITE to its end, in one straight line. What the agent does in between
 * happens in the call worker; this side keeps the record, answers tools and owns the SIP dialog.
 */
export async function inboundCall(req: SrfRequest, res: SrfResponse, parts: InboundParts): Promise<void> {
  const { box, worker, registry, srf, clock } = parts;
  const invitation = readInvitation(req);
  const callId = parts.ids.uuid();
  const log = parts.log.child({ callId, sipCallId: invitation.sipCallId });

  const admission = admit(invitation, parts);
  if (admission.kind === 'challenge') {
    res.send(401, { headers: { 'WWW-Authenticate': parts.digest.challenge({ stale: admission.stale }) } });
    return;
  }
  const audio = negotiate(invitation);
  if (!audio) return refuse(res, 'no_usable_codec', log);
  if (registry.count() >= parts.maxCalls) return refuse(res, 'capacity_reached', log);

  const { callerNumber, callerName, calledNumber } = invitation;
  const route = routeCall(box, calledNumber, callerNumber, callerName);
  const hangUp = new AbortController();
  req.on('cancel', () => hangUp.abort('cancelled'));
  const stop = (): void => hangUp.abort('stopping');
  parts.stopping.addEventListener('abort', stop);
  registry.open({
    callId,
    tenantId: route.kind === 'agent' ? route.tenant.id : '',
    tenantName: route.kind === 'agent' ? route.tenant.name : '',
    callerNumber,
    callerName: route.kind === 'agent' ? route.caller.name : callerName,
    calledNumber,
  });
  let row: CallRow | null = null;
  let dialog: SrfDialog | null = null;
  let outcome: CallOutcome = 'failed';
  let unlisten = (): void => {};
  const ended = new Promise<'agent' | 'announced' | 'no-audio' | 'failed' | 'hung-up'>((resolve) => {
    hangUp.signal.addEventListener('abort', () => resolve('hung-up'));
    unlisten = worker.listen(callId, (message) => {
      if (message.kind === 'end-call') resolve(message.reason);
      else keepRecord(message, { route, worker, registry, clock, ids: parts.ids, log });
    });
  });

  try {
    row = openRecord(route, { callId, invitation, box, dataDir: parts.dataDir });
    const { port } = await worker.request({ kind: 'open-leg', callId });
    const address = localAddressFor(parts.mediaHost, audio.remote.address);
    await worker.request({
      kind: 'start-leg',
      callId,
      remote: audio.remote,
      codec: audio.codec,
      payloadType: audio.payloadType,
      dtmfPayloadType: audio.dtmfPayloadType,
      recordingPath: row?.recordingFile ?? null,
    });
    hangUp.signal.throwIfAborted();
    const localSdp = buildAnswer(audio, { address, port: port ?? 0, sessionId: clock.nowMs() });
    dialog = await srf.createUAS(req, res, { localSdp });
    dialog.on('destroy', () => hangUp.abort('caller hung up'));
    dialog.on('modify', (modifyReq: SrfRequest, modifyRes: SrfResponse) =>
      answerReinvite(modifyReq, modifyRes, { address, port: port ?? 0, sessionId: clock.nowMs() }),
    );
    registry.move(callId, 'answered');
    row?.answered();
    log.info({ route: route.kind, by: admission.by }, 'call answered');

    const begun =
      route.kind === 'agent'
        ? worker.request({ kind: 'start-agent', callId, snapshot: route.snapshot, caller: route.caller })
        : worker.request({ kind: 'announce', callId, text: route.text, voice: parts.defaultVoice });
    await Promise.race([begun, ended]);
    const end = await ended;
    if (end === 'failed') outcome = 'failed';
    else if (hangUp.signal.reason === 'stopping') outcome = 'interrupted';
    else outcome = route.kind === 'message' ? 'refused' : 'answered';
  } catch (error) {
    if (hangUp.signal.aborted) outcome = 'abandoned';
    else log.error({ err: error }, 'call failed');
    if (!dialog && !res.finalResponseSent && !hangUp.signal.aborted) refuse(res, codeOf(error), log);
  } finally {
    parts.stopping.removeEventListener('abort', stop);
    if (dialog && hangUp.signal.reason !== 'caller hung up') dialog.destroy();
    await worker.request({ kind: 'stop-call', callId }).catch(() => {});
    unlisten();
    row?.ended(outcome);
    registry.move(callId, dialog ? 'ended' : hangUp.signal.aborted ? 'cancelled' : 'rejected');
    log.info({ outcome }, 'call ended');
  }
}

function negotiate(invitation: Invitation): ReturnType<typeof negotiateAudio> {
  try {
    return invitation.offer
      ? negotiateAudio(parseOffer(invitation.offer), { codecs: ['PCMU', 'PCMA'] })
      : null;
  } catch (error) {
    if (hasCode(error, 'sdp_invalid')) return null;
    throw error;
  }
}

function refuse(res: SrfResponse, code: ErrorCode, log: Log): void {
  const entry = errorCatalogue[code];
  const status = 'sipStatus' in entry ? entry.sipStatus : 500;
  log.warn({ code, status }, 'call refused');
  res.send(status, status === 503 ? { headers: { 'Retry-After': '10' } } : {});
}

const codeOf = (error: unknown): ErrorCode => (isVoxboxError(error) ? error.code : 'call_worker_unavailable');

/** A re-INVITE keeps our side as it is; hold and resume are answered by direction (RFC 3264 §8.4). */
function answerReinvite(
  req: SrfRequest,
  res: SrfResponse,
  own: { address: string; port: number; sessionId: number },
): void {
  try {
    const audio = req.body ? negotiateAudio(parseOffer(req.body), { codecs: ['PCMU', 'PCMA'] }) : null;
    if (audio) res.send(200, { body: buildAnswer(audio, own) });
    else res.send(488);
  } catch {
    res.send(400);
  }
}
