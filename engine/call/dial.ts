import { VoxboxError } from '../foundation/index.ts';
import {
  answerChallenge,
  type Srf,
  type SrfCall,
  type SrfDialog,
  type SrfRejection,
  type SrfRequest,
} from '../sip/index.ts';
import type { LineTerms } from './line-leg.ts';
import { failsOver } from './trunk-choice.ts';

/** One INVITE as it goes out. */
export interface Dialled {
  readonly uri: string;
  readonly proxy: string | null;
  readonly from: string;
  readonly terms: LineTerms;
  /** Value of Route, where the registrar asked for one (RFC 3608). */
  readonly route: string | null;
  /** Whether the other side may have people put through by REFER. */
  readonly mayRefer: boolean;
  readonly auth: { readonly username: string; readonly password: string } | null;
}

interface InviteOptions {
  readonly srf: Srf;
  readonly signal: AbortSignal;
  /** The other side rings. */
  readonly onRinging: () => void;
}

/** A final answer other than 2xx, or none (`status` null). */
export class DialFailure extends Error {
  readonly status: number | null;

  constructor(status: number | null) {
    super(`the call was answered with ${status ?? 'nothing'}`);
    this.status = status;
  }
}

/** How long a cancelled call may take to end before it is left to itself. */
const cancelMs = 2000;

/** INVITE, answered challenge, CANCEL on abort. Rejects with `DialFailure`. */
export async function invite(
  call: Dialled,
  localSdp: string,
  { srf, signal, onRinging }: InviteOptions,
): Promise<SrfDialog> {
  let sent: SrfRequest | null = null;
  const cancel = (): void => sent?.cancel(() => {});
  const { promise: givenUp, reject: giveUp } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    cancel();
    timer = setTimeout(() => giveUp(new DialFailure(487)), cancelMs);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const attempt = async (given: Record<string, string>): Promise<SrfDialog> => {
    const headers = call.route === null ? given : { ...given, Route: call.route };
    const options: SrfCall = { localSdp, headers, ...(call.proxy === null ? {} : { proxy: call.proxy }) };
    const answered = srf.createUAC(call.uri, options, {
      cbRequest: (_error, request) => {
        sent = request;
        if (signal.aborted) cancel();
      },
      cbProvisional: ({ status }) => {
        if (status > 100) onRinging();
      },
    });
    // Answered while it was being cancelled: nobody is there any more to talk to.
    answered.then(
      (dialog) => signal.aborted && void dialog.destroy().catch(() => {}),
      () => {},
    );
    const dialog = await Promise.race([answered, givenUp]);
    if (signal.aborted) throw new DialFailure(487);
    return dialog;
  };
  try {
    try {
      return await attempt({ From: call.from });
    } catch (error) {
      const authorized = signal.aborted ? null : authorize(error, call, sent);
      if (!authorized) throw error;
      return await attempt(authorized);
    }
  } catch (error) {
    if (error instanceof DialFailure) throw error;
    throw new DialFailure(statusOf(error));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

const isRejection = (error: unknown): error is SrfRejection =>
  error instanceof Error && 'status' in error && typeof error.status === 'number';

const statusOf = (error: unknown): number | null => (isRejection(error) ? error.status : null);

/** Headers of the same call with an answer to the challenge (RFC 3261 §22.2); null where there is none. */
function authorize(error: unknown, call: Dialled, sent: SrfRequest | null): Record<string, string> | null {
  if (!isRejection(error) || !call.auth || !sent) return null;
  if (error.status !== 401 && error.status !== 407) return null;
  const isProxy = error.status === 407;
  const challenge = error.res?.get(isProxy ? 'proxy-authenticate' : 'www-authenticate');
  const value = challenge && answerChallenge({ challenge, method: 'INVITE', uri: call.uri, ...call.auth });
  const number = Number.parseInt(sent.get('cseq') ?? '1', 10);
  if (!value) return null;
  return {
    [isProxy ? 'Proxy-Authorization' : 'Authorization']: value,
    'call-id': sent.get('call-id') ?? '',
    From: sent.get('from') ?? call.from,
    CSeq: `${number + 1} INVITE`,
  };
}

/** A SIP answer in the words of the catalogue (RFC 3261 §21). */
export function toCoded(error: unknown, otherwise: 'trunk_unavailable' | 'leg_unreachable'): unknown {
  if (!(error instanceof DialFailure)) return error;
  const { status } = error;
  const details = { sipStatus: status };
  if (status === 486 || status === 600 || status === 603) {
    return new VoxboxError('callee_busy', `the callee answered ${status}`, { details });
  }
  if (status === 487 || status === 480) {
    return new VoxboxError('callee_no_answer', `the callee answered ${status}`, { details });
  }
  const isCallee = status !== null && !failsOver(status);
  return new VoxboxError(isCallee ? 'leg_unreachable' : otherwise, `the call was answered with ${status}`, {
    details,
  });
}
