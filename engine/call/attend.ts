import type { CallerContext, ProfileSnapshot } from '../agent/index.ts';
import type { LocalManner } from './local-manner.ts';
import { callerLeg } from './messages.ts';
import type { ProviderChains } from './providers.ts';
import type { CallWorker } from './worker-client.ts';

/** Longest message that is taken. */
const messageMs = 120_000;

/** What an answered call is to be met with. */
export type Attendance =
  | {
      readonly kind: 'agent';
      readonly snapshot: ProfileSnapshot;
      readonly caller: CallerContext;
      readonly providers: ProviderChains;
    }
  /** Nobody may answer: the caller hears why. */
  | { readonly kind: 'announcement'; readonly text: string; readonly manner: LocalManner }
  /** No agent answers: the caller's words are kept in the recording. */
  | {
      readonly kind: 'message';
      readonly text: string;
      readonly manner: LocalManner;
      /** Told when the caller has heard what to do. */
      readonly asked: () => void;
    }
  /** Somebody is on the line already. */
  | { readonly kind: 'person' }
  | { readonly kind: 'echo' };

/** Resolves when there is nothing more to do: at once with an agent or a person, who end the call themselves. */
export async function attend(
  call: { readonly callId: string; readonly worker: CallWorker; readonly signal: AbortSignal },
  attendance: Attendance,
): Promise<'ended' | 'goes on'> {
  const { callId, worker, signal } = call;
  switch (attendance.kind) {
    case 'agent': {
      const { snapshot, caller, providers } = attendance;
      await worker.request({ kind: 'start-agent', callId, snapshot, caller, providers });
      return 'goes on';
    }
    case 'announcement': {
      const { text, manner } = attendance;
      await worker.request({ kind: 'play', callId, leg: callerLeg, text, manner });
      return 'ended';
    }
    case 'message': {
      const { text, manner } = attendance;
      await worker.request({ kind: 'play', callId, leg: callerLeg, text, manner });
      if (signal.aborted) return 'ended';
      attendance.asked();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, messageMs);
        const stop = (): void => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) stop();
      });
      return 'ended';
    }
    case 'echo':
      await worker.request({ kind: 'echo', callId, leg: callerLeg, on: true });
      return 'goes on';
    case 'person':
      return 'goes on';
  }
}
