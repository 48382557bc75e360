import type { Log } from '../foundation/index.ts';
import type { SrfRequest, SrfResponse } from '../sip/index.ts';
import type { LineLeg } from './line-leg.ts';

/** Tells whoever sent a REFER what becomes of it (RFC 3515 §2.4.4). */
export interface ReferReport {
  /** 100 and 18x; later ones than the last word are not told. */
  progress(status: number): void;
  /** The last word; resolves when it was told, or could not be. Never rejects. */
  end(status: number): Promise<void>;
}

const reasons: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  200: 'OK',
  403: 'Forbidden',
  404: 'Not Found',
  480: 'Temporarily Unavailable',
  486: 'Busy Here',
  487: 'Request Terminated',
  503: 'Service Unavailable',
  603: 'Decline',
};

/** How long the subscription may last that a REFER opens. */
const lifeS = 180;

/**
 * Accepts a REFER with 202 and opens its subscription.
 *
 * @param options `first`: whether it is the first in the dialog; NOTIFYs of later ones name theirs
 */
export function acceptRefer(
  req: SrfRequest,
  res: SrfResponse,
  { leg, first, log }: { readonly leg: LineLeg; readonly first: boolean; readonly log: Log },
): ReferReport {
  // RFC 4488: the sender may not want to hear of it.
  const silent = /^\s*false/i.test(req.get('refer-sub') ?? '');
  res.send(202, silent ? { headers: { 'Refer-Sub': 'false' } } : {});
  const id = Number.parseInt(req.get('cseq') ?? '', 10);
  const event = first || Number.isNaN(id) ? 'refer' : `refer;id=${id}`;
  let over = false;
  // One after the other: over UDP a later one may overtake an earlier one.
  let told: Promise<void> = Promise.resolve();
  const notify = (status: number, state: string): void => {
    if (silent) return;
    const body = `SIP/2.0 ${status} ${reasons[status] ?? 'Failed'}\r\n`;
    const headers = {
      Event: event,
      'Subscription-State': state,
      'Content-Type': 'message/sipfrag;version=2.0',
    };
    told = told.then(async () => {
      if (!leg.dialog?.connected) return;
      const response = await leg.request({ method: 'NOTIFY', headers, body });
      if (!response) log.info({ status }, 'whoever put a call through could not be told');
    });
  };
  return {
    progress(status) {
      if (!over) notify(status, `active;expires=${lifeS}`);
    },
    async end(status) {
      if (over) return;
      over = true;
      notify(status, 'terminated;reason=noresource');
      await told;
    },
  };
}
