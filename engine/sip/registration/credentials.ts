import { authorization, type DigestChallenge, readChallenge } from '../digest-client.ts';
import type { SrfHeaders, SrfResponse } from '../srf.ts';

interface Held {
  readonly challenge: DigestChallenge;
  /** Times that its nonce was used. */
  count: number;
}

/** Challenges that one attempt may answer for the same realm: the first, and one whose nonce was too old. */
const maxAnswers = 2;

/**
 * The client's side of digest authentication over many requests: a nonce is used again, with a rising
 * count, until the server wants another (RFC 7616 §3.3). Registrars that forget to call an old nonce stale
 * are met too: what counts is whether a challenge of this very attempt was answered in vain.
 */
export class Credentials {
  readonly #user: { readonly username: string; readonly password: string };
  readonly #held = new Map<'Authorization' | 'Proxy-Authorization', Held>();
  readonly #answered = new Map<string, number>();

  constructor(user: { readonly username: string; readonly password: string }) {
    this.#user = user;
  }

  beginAttempt(): void {
    this.#answered.clear();
  }

  /**
   * Takes the challenge of a 401 or 407.
   *
   * @returns null where sending again makes sense, else why not
   */
  take(response: Pick<SrfResponse, 'status' | 'get'>): string | null {
    const atProxy = response.status === 407;
    const name = atProxy ? 'Proxy-Authorization' : 'Authorization';
    const challenge = readChallenge(response.get(atProxy ? 'proxy-authenticate' : 'www-authenticate') ?? '');
    if (!challenge) return 'no challenge that can be answered';
    const answered = this.#answered.get(name) ?? 0;
    const sameNonce = this.#held.get(name)?.challenge.nonce === challenge.nonce;
    if (answered > 0 && (!challenge.stale || sameNonce || answered >= maxAnswers)) {
      this.#held.delete(name);
      return 'wrong user name or password';
    }
    this.#answered.set(name, answered + 1);
    this.#held.set(name, { challenge, count: 0 });
    return null;
  }

  /** What goes into the next REGISTER to `uri`. */
  headers(uri: string): SrfHeaders {
    const headers: SrfHeaders = {};
    for (const [name, held] of this.#held) {
      held.count += 1;
      const parts = { ...this.#user, method: 'REGISTER', uri, nonceCount: held.count };
      headers[name] = authorization(held.challenge, parts);
    }
    return headers;
  }
}
