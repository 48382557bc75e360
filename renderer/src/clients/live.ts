import type { CallStanding, TransferTarget } from '../../../engine/api/contract/index.ts';
import { levelsPath, paths, soundPath } from '../../../engine/api/contract/paths.ts';
import { ask, json, withId, withQuery } from '../asking.ts';

/** What is done with calls that are going on. */
export const liveClient = {
  whisper: (callId: string, text: string) =>
    ask<CallStanding>(withId('call.whisper', callId), json('POST', { text })),
  takeOver: (callId: string, listener: string) =>
    ask<CallStanding>(withId('call.takeOver', callId), json('POST', { listener })),
  giveBack: (callId: string) => ask<CallStanding>(withId('call.giveBack', callId), json('POST', {})),
  transfer: (callId: string, target: string) =>
    ask<CallStanding>(
      withId('call.transfer', callId),
      json('POST', { to: { kind: 'target', id: target }, mode: 'attended' }),
    ),
  hangUp: (callId: string) => ask<CallStanding>(withId('call.hangUp', callId), json('POST', {})),
  targets: (tenant: string) =>
    ask<{ transferTargets: TransferTarget[] }>(withQuery(paths['transferTarget.list'], { tenant })),
  startTalk: (tenant: string, agent: 'live' | 'draft') =>
    ask<{ callId: string }>(withId('talk.start', tenant), json('POST', { agent })),
  /** @param what the sound itself, or only how loud it is */
  socketUrl: (callId: string, what: 'sound' | 'levels') => {
    const path = what === 'sound' ? soundPath : levelsPath;
    const url = new URL(path.replace(':id', encodeURIComponent(callId)), location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return url.href;
  },
};
