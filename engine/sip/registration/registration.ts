import type { SrfHeaders, SrfResponse } from '../srf.ts';
import { newToken } from '../user-agent/core.ts';
import { readAnswer, redirectOf, serviceRouteOf } from './answer.ts';
import { Credentials } from './credentials.ts';
import type { Registration, RegistrationOptions, RegistrationState } from './model.ts';
import { afterAnswer, firstPlan, type Plan, planNoMore, planNow, type RegistrarAnswer } from './plan.ts';
import { probeOptions, requestFinal } from './probe.ts';
import { contactUri, externalOf, reachableAt, readVia } from './via.ts';

/** Longer than the server's own limit for a request without an answer (RFC 3261 §17.1.2.2, timer F). */
const answerTimeoutMs = 40_000;
const probeTimeoutMs = 10_000;
/** An engine that stops does not wait longer than this for its un-REGISTER. */
const farewellMs = 2000;
const defaultKeepAliveS = 25;
/** Requests of one attempt: challenges of a proxy and of the registrar, each once stale, and a redirection. */
const maxRequests = 6;
const maxRedirects = 2;

const afterDelay = (delayMs: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};

/**
 * Registers with a carrier or PBX and keeps it so (RFC 3261 §10.2): renews at 80 to 90 % of what was granted, sooner
 * when that is a few seconds, tries again with growing pauses where that fails, and follows the address that the
 * registrar sees us at.
 */
export function startRegistration(options: RegistrationOptions): Registration {
  const line = new RegisteredLine(options);
  line.begin();
  return {
    state: () => line.state(),
    refresh: () => line.refresh(),
    stop: () => line.stop(),
  };
}

class RegisteredLine {
  readonly #options: RegistrationOptions;
  readonly #after: NonNullable<RegistrationOptions['after']>;
  readonly #random: () => number;
  readonly #credentials: Credentials;
  /** One Call-ID and one tag for as long as we live (RFC 3261 §10.2.4). */
  readonly #callId = newToken() + newToken();
  readonly #tag = newToken();
  #cseq = 0;
  #plan: Plan;
  #contact: string;
  /** The registrar, or where it sent us. */
  #target: string;
  #serviceRoute: readonly string[] = [];
  #external: RegistrationState['external'] = null;
  #hasBinding = false;
  #attempt: Promise<void> | null = null;
  #stopping: Promise<void> | null = null;
  #cancelTry = (): void => {};
  #cancelKeepAlive = (): void => {};

  constructor(options: RegistrationOptions) {
    this.#options = options;
    this.#after = options.after ?? afterDelay;
    this.#random = options.random ?? Math.random;
    this.#credentials = new Credentials(options);
    this.#plan = firstPlan(options.expiresS, options.clock.nowMs());
    this.#target = options.registrar;
    // The server writes its own address in; where it sees us is known after the first answer.
    this.#contact = `sip:${options.contactUser}@localhost`;
  }

  state(): RegistrationState {
    const { status, sinceMs, expiresAtMs, nextTryAtMs, sipStatus, reason } = this.#plan;
    const [serviceRoute, external] = [this.#serviceRoute, this.#external];
    return { status, sinceMs, expiresAtMs, nextTryAtMs, sipStatus, reason, serviceRoute, external };
  }

  begin(): void {
    this.#schedule();
    this.#keepAlive();
  }

  refresh(): void {
    if (this.#stopping || this.#attempt) return;
    this.#adopt(planNow(this.#plan, this.#options.clock.nowMs()));
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#end();
    return this.#stopping;
  }

  async #end(): Promise<void> {
    this.#cancelTry();
    this.#cancelKeepAlive();
    const { clock, onChange } = this.#options;
    this.#plan = planNoMore(this.#plan, clock.nowMs());
    // An attempt that is on its way may still bring a binding.
    if (this.#attempt) {
      await Promise.race([this.#attempt, new Promise((done) => setTimeout(done, farewellMs).unref())]);
    }
    if (this.#hasBinding) await this.#exchange({ askS: 0, timeoutMs: farewellMs }).catch(() => {});
    onChange(this.state());
  }

  #adopt(plan: Plan): void {
    this.#plan = plan;
    this.#schedule();
    this.#options.onChange(this.state());
  }

  #schedule(): void {
    this.#cancelTry();
    const { nextTryAtMs } = this.#plan;
    if (nextTryAtMs === null) return;
    const delayMs = Math.max(0, nextTryAtMs - this.#options.clock.nowMs());
    this.#cancelTry = this.#after(delayMs, () => {
      this.#attempt = this.#register().finally(() => {
        this.#attempt = null;
      });
    });
  }

  async #register(): Promise<void> {
    const { clock, log, id } = this.#options;
    const answer = await this.#exchange({ askS: this.#plan.askS, timeoutMs: answerTimeoutMs }).catch(
      (error: unknown): RegistrarAnswer => {
        log.error({ err: error, registration: id }, 'registering failed unexpectedly');
        return { kind: 'unavailable', status: null, reason: 'internal error', retryAfterS: null };
      },
    );
    if (answer.kind === 'granted') this.#hasBinding = true;
    // The next attempt begins at the registrar's own address again.
    else this.#target = this.#options.registrar;
    if (this.#stopping) return;
    const before = this.#plan.status;
    this.#adopt(afterAnswer(this.#plan, answer, { nowMs: clock.nowMs(), random: this.#random() }));
    const { status, sipStatus, reason } = this.#plan;
    const fields = { registration: id, status, sipStatus, reason };
    if (status === before) log.debug(fields, 'registration renewed or still failing');
    else if (status === 'registered') log.info(fields, 'registered');
    else log.warn(fields, 'not registered');
  }

  /** One REGISTER with all that belongs to it: challenges, redirections, a Contact that turned out wrong. */
  async #exchange(wish: { readonly askS: number; readonly timeoutMs: number }): Promise<RegistrarAnswer> {
    const attempt = this.#credentials.attempt();
    let redirects = 0;
    let moved = false;
    for (let requests = 1; ; requests++) {
      const contact = this.#contact;
      const response = await this.#send(wish);
      const more = requests < maxRequests && response !== null;
      if (response) this.#learnAddress(response);
      if (response && (response.status === 401 || response.status === 407)) {
        const refusal = more ? attempt.take(response) : 'challenged again and again';
        if (refusal !== null) return { kind: 'refused', status: response.status, reason: refusal };
        continue;
      }
      const target = response && redirectOf(response);
      if (target && more && redirects < maxRedirects) {
        redirects += 1;
        this.#target = target;
        continue;
      }
      const answer = readAnswer(response, { contact, askS: wish.askS });
      if (!response || answer.kind !== 'granted') return answer;
      this.#serviceRoute = serviceRouteOf(response);
      // Registered under an address that nobody reaches: once more, and only once, with the right one.
      if (contact === this.#contact || wish.askS === 0 || moved || !more) return answer;
      moved = true;
    }
  }

  #send({ askS, timeoutMs }: { readonly askS: number; readonly timeoutMs: number }) {
    const { aor, outboundProxy, srf } = this.#options;
    this.#cseq += 1;
    const uri = this.#target;
    const headers: SrfHeaders = {
      From: `<${aor}>;tag=${this.#tag}`,
      To: `<${aor}>`,
      'Call-ID': this.#callId,
      CSeq: `${this.#cseq} REGISTER`,
      Contact: `<${this.#contact}>;expires=${askS}`,
      Expires: String(askS),
      Supported: 'path',
      ...this.#credentials.headers('REGISTER', uri),
    };
    const proxy = outboundProxy === null ? {} : { proxy: outboundProxy };
    return requestFinal(srf, { uri, method: 'REGISTER', headers, timeoutMs, ...proxy });
  }

  #learnAddress(response: SrfResponse & { readonly source_address?: string }): void {
    const via = readVia(response);
    if (!via) return;
    const { contactUser, onExternalAddress } = this.#options;
    const place = reachableAt(via, response.source_address ?? '');
    this.#contact = contactUri({ user: contactUser, ...place, transport: via.transport });
    const seen = externalOf(response);
    if (!seen || !this.#isElsewhere(seen)) return;
    this.#external = seen;
    onExternalAddress?.(seen.address, seen.port);
  }

  #isElsewhere(seen: RegistrationState['external']): boolean {
    const known = this.#external;
    return seen !== null && (known?.address !== seen.address || known.port !== seen.port);
  }

  /**
   * Keeps a NAT's binding open, and notices before the next renewal would that the registrar is gone, or that it
   * sees us elsewhere than where it has us registered: the router or the connection is a new one.
   */
  #keepAlive(): void {
    const { keepAliveS = defaultKeepAliveS, srf, aor, outboundProxy } = this.#options;
    if (keepAliveS <= 0 || this.#stopping) return;
    const delayMs = keepAliveS * 1000 * (0.9 + this.#random() / 5);
    this.#cancelKeepAlive = this.#after(delayMs, () => {
      const idle = this.#attempt !== null || this.#plan.status !== 'registered';
      const reached = idle
        ? Promise.resolve(true)
        : probeOptions(srf, {
            uri: this.#target,
            ...(outboundProxy === null ? {} : { proxy: outboundProxy }),
            headers: { From: `<${aor}>;tag=${newToken()}` },
            timeoutMs: probeTimeoutMs,
          }).then(({ status, external }) => status !== null && !this.#isElsewhere(external));
      void reached.then((asRegistered) => {
        if (!asRegistered) this.refresh();
        this.#keepAlive();
      });
    });
  }
}
