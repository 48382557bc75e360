import { VoxboxError } from '../foundation/index.ts';
import {
  type Credentials,
  retryAfterOf,
  type Srf,
  type SrfCall,
  type SrfDialog,
  type SrfHeaders,
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
  /** Headers beside From that say who calls. */
  readonly identity: SrfHeaders;
  readonly terms: LineTerms;
  /** Value of Route, where the registrar asked for one (RFC 3608). */
  readonly route: string | null;
  /** Whether the other side may have people put through by REFER. */
  readonly mayRefer: boolean;
  readonly credentials: Credentials | null;
}

interface InviteOptions {
  readonly srf: Srf;
  readonly signal: AbortSignal;
  /** Told of each provisional answer (RFC 3261 §13.2.2.1), and of a challenge that is answered. */
  readonly onProgress: (status: number) => void;
}

/** A final answer other than 2xx, or none (`status` null). */
export class DialFailure extends Error {
  readonly status: number | null;
  /** How long whoever refused wants to be left alone; null where it was not said. */
  readonly retryAfterS: number | null;

  constructor(status: number | null, retryAfterS: number | null = null) {
    super(`the call was answered with ${status ?? 'nothing'}`);
    this.status = status;
    this.retryAfterS = retryAfterS;
  }
}

/** How long a cancelled call may take to end before it is left to itself. */
const cancelMs = 2000;

/**
 * Session timers of a line that may challenge: the server refreshes by itself and has no password, so the other
 * side is asked to do it (RFC 4028 §7.1).
 */
const refreshedByThem = '1800;refresher=uas';

/** INVITE, answered challenges, CANCEL on abort. Rejects with `DialFailure`. */
export async function invite(
  call: Dialled,
  localSdp: string,
  { srf, signal, onProgress }: InviteOptions,
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
  const send = async (given: SrfHeaders): Promise<SrfDialog> => {
    const headers = {
      ...given,
      ...call.identity,
      ...(call.route === null ? {} : { Route: call.route }),
      ...(call.credentials ? { 'Session-Expires': refreshedByThem } : {}),
    };
    const options: SrfCall = { localSdp, headers, ...(call.proxy === null ? {} : { proxy: call.proxy }) };
    const answered = srf.createUAC(call.uri, options, {
      cbRequest: (_error, request) => {
        sent = request;
        if (signal.aborted) cancel();
      },
      cbProvisional: ({ status }) => onProgress(status),
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
    const attempt = call.credentials?.attempt();
    for (let headers: SrfHeaders = { From: call.from }; ; ) {
      try {
        return await send(headers);
      } catch (error) {
        const isAnswerable = !signal.aborted && isChallenge(error) && attempt?.take(error.res) === null;
        if (!isAnswerable || !sent) throw error;
        onProgress(error.status);
        headers = again(call, sent);
      }
    }
  } catch (error) {
    if (error instanceof DialFailure) throw error;
    throw failureOf(error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

const isRejection = (error: unknown): error is SrfRejection =>
  error instanceof Error && 'status' in error && typeof error.status === 'number';

const failureOf = (error: unknown): DialFailure =>
  isRejection(error)
    ? new DialFailure(error.status, error.res ? retryAfterOf(error.res) : null)
    : new DialFailure(null);

const isChallenge = (error: unknown): error is Required<SrfRejection> =>
  isRejection(error) && (error.status === 401 || error.status === 407) && error.res !== undefined;

/** Headers of the same call, with the answer to its challenges (RFC 3261 §22.2). */
function again(call: Dialled, sent: SrfRequest): SrfHeaders {
  const number = Number.parseInt(sent.get('cseq') ?? '1', 10);
  return {
    ...call.credentials?.headers('INVITE', call.uri),
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
