import type { Credentials } from './registration/credentials.ts';
import type { SrfContent, SrfDialog, SrfResponse } from './srf.ts';

/** Challenges of a proxy and of the other side, each once stale. */
const maxRequests = 5;

/**
 * Sends a request within a dialog, and again where it is challenged (RFC 3261 §22). drachtio-srf would answer by
 * itself, but with MD5 alone and for a Request-URI that is never sent: the server writes the real one, and only
 * it tells which that is.
 *
 * @param credentials null where there are none: then a challenge is an answer like any other
 * @returns the final response; null where the request could not be sent, as in a dialog that is over
 */
export async function requestWithin(
  dialog: SrfDialog,
  { method, headers, body }: SrfContent & { readonly method: string },
  credentials: Credentials | null,
): Promise<SrfResponse | null> {
  const attempt = credentials?.attempt();
  const plain = body === undefined ? { method } : { method, body };
  let answer: Readonly<Record<string, string>> = {};
  for (let requests = 1; ; requests += 1) {
    const response = await dialog.request({ ...plain, headers: { ...headers, ...answer } }).catch(() => null);
    const isChallenge = response?.status === 401 || response?.status === 407;
    if (!isChallenge || !credentials || !attempt || requests === maxRequests) return response;
    if (attempt.take(response) !== null) return response;
    answer = credentials.headers(method, response.req.uri);
  }
}
