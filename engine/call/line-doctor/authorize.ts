import { answerChallenge, type SrfHeaders, type SrfRequest, type SrfResponse } from '../../sip/index.ts';

export interface Account {
  readonly username: string;
  readonly password: string;
}

/** The same request once more, with an answer to its challenge (RFC 3261 §22.2). Null where there is nothing to answer. */
export function authorizedHeaders(
  response: Pick<SrfResponse, 'get'>,
  {
    status,
    sent,
    method,
    uri,
    account,
  }: {
    readonly status: number;
    readonly sent: Pick<SrfRequest, 'get'>;
    readonly method: string;
    readonly uri: string;
    readonly account: Account | null;
  },
): SrfHeaders | null {
  if (!account || (status !== 401 && status !== 407)) return null;
  const [asks, answers] =
    status === 407 ? ['proxy-authenticate', 'Proxy-Authorization'] : ['www-authenticate', 'Authorization'];
  const challenge = response.get(asks);
  const value = challenge ? answerChallenge({ challenge, method, uri, ...account }) : null;
  if (value === null) return null;
  const number = Number.parseInt(sent.get('cseq') ?? '1', 10);
  return {
    [answers]: value,
    'call-id': sent.get('call-id') ?? '',
    From: sent.get('from') ?? '',
    CSeq: `${number + 1} ${method}`,
  };
}
