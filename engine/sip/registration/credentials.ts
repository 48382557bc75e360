import { authorization, type DigestChallenge, readChallenge } from '../digest-client.ts';
import type { SrfHeaders, SrfResponse } from '../srf.ts';

type Place = 'Authorization' | 'Proxy-Authorization';

interface Held {
  readonly challenge: DigestChallenge;
  /** Times that its nonce was used. */
  count: number;
}

/** One request with its repetitions, from the first challenge to the last answer. */
export interface Attempt {
  /**
   * Takes the challenge of a 401 or 407.
   *
   * @returns null where sending again makes sense, else why not
   */
  take(response: Pick<SrfResponse, 'status' | 'get'>): string | null;
}

/** Challenges that one attempt may answer for the same realm: the first, and one whose nonce was too old. */
const maxAnswers = 2;

/**
 * The client's side of digest authentication over many requests: a nonce is used again, with a rising
 * count, until the server wants another (RFC 7616 §3.3). Servers that forget to call an old nonce stale
 * are met too: what counts is whether a challenge of this very attempt was answered in vain.
 */
export class Credentials {
  readonly #user: { readonly username: string; readonly password: string };
  readonly #held = new Map<Place, Held>();

  constructor(user: { readonly username: string; readonly password: string }) {
    this.#user = user;
  }

  attempt(): Attempt {
    const answered = new Map<Place, number>();
    return { take: (response) => this.#take(response, answered) };
  }

  #take(response: Pick<SrfResponse, 'status' | 'get'>, answered: Map<Place, number>): string | null {
    const atProxy = response.status === 407;
    const name = atProxy ? 'Proxy-Authorization' : 'Authorization';
    const challenge = readChallenge(response.get(atProxy ? 'proxy-authenticate' : 'www-authenticate') ?? '');
    if (!challenge) return 'no challenge that can be answered';
    const times = answered.get(name) ?? 0;
    const held = this.#held.get(name);
    const same = held?.challenge.nonce === challenge.nonce ? held : null;
    if (times > 0 && (!challenge.stale || same || times >= maxAnswers)) {
      this.#held.delete(name);
      return 'wrong user name or password';
    }
    answered.set(name, times + 1);
    this.#held.set(name, { challenge, count: same?.count ?? 0 });
    return null;
  }

  /**
   * What goes into the next request.
   *
   * @param uri the Request-URI, exactly as it is sent
   */
  headers(method: string, uri: string): SrfHeaders {
    const headers: SrfHeaders = {};
    for (const [name, held] of this.#held) {
      held.count += 1;
      const parts = { ...this.#user, method, uri, nonceCount: held.count };
      headers[name] = authorization(held.challenge, parts);
    }
    return headers;
  }
}
