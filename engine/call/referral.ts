import { type ErrorCode, errorCatalogue, isVoxboxError, type Log, VoxboxError } from '../foundation/index.ts';
import type { ReplacedCall, SrfRequest, SrfResponse } from '../sip/index.ts';
import type { Conversation, End } from './conversation.ts';
import type { PlacedLeg } from './placed-leg.ts';
import { acceptRefer, type ReferReport } from './refer-report.ts';
import { readReferTo } from './refer-to.ts';
import type { TransferEnd } from './transfer.ts';
import type { Callees, ConnectTo } from './transfer-target.ts';

/** What came of a call that somebody put through. */
export interface ReferralResult {
  readonly kind: 'blind' | 'attended';
  /** As it is kept in the record. */
  readonly label: string;
  /** As it is spoken. */
  readonly name: string | null;
  /** Code of the failure; null where they are connected. */
  readonly code: ErrorCode | null;
}

/** A conversation of the house that can be joined with another, with how it ends when it was. */
export interface OtherCall {
  readonly talk: Conversation;
  readonly end: End;
  /** Whether it is people alone who talk in it, and whoever rang may be taken out. */
  readonly isOfPeople: boolean;
  /** Its people talk in another call now: it ends. */
  finish(): void;
  /** It came about, or it did not. */
  settled(result: ReferralResult): void;
}

export interface ReferralPorts {
  readonly talk: Conversation;
  readonly log: Log;
  mayRefer(end: End): boolean;
  /** The agent talks with the caller, who wants to be put through themselves. */
  withAgent(): boolean;
  /** @throws VoxboxError `transfer_target_unknown`, `outbound_not_allowed`, `outbound_limit_reached` */
  callees(user: string): { readonly to: ConnectTo; readonly callees: Callees };
  /** @throws VoxboxError of `placeLeg` */
  ring(callees: Callees, onRinging: () => void): Promise<PlacedLeg>;
  transfer(to: ConnectTo): Promise<TransferEnd>;
  /** The call that a dialog belongs to, among those of the same tenant. */
  find(named: ReplacedCall): OtherCall | null;
  /** This conversation, as another one sees it. */
  readonly self: Omit<OtherCall, 'talk' | 'end'>;
}

type Work = (report: ReferReport) => Promise<void>;

/**
 * People put calls through by REFER (RFC 3515, RFC 5589): to somebody who is rung, or to somebody whom they
 * talk with in a second call. The box stays in between: nobody is sent away from it, and whoever is to be
 * connected never falls out of the call when it does not come about.
 */
export class Referrals {
  readonly #ports: ReferralPorts;
  #by: End | null = null;
  #asked = 0;

  constructor(ports: ReferralPorts) {
    this.#ports = ports;
  }

  /** Who is putting the call through at this moment; null when nobody is. */
  get by(): End | null {
    return this.#by;
  }

  take(end: End, req: SrfRequest, res: SrfResponse): void {
    const { talk, log } = this.#ports;
    const leg = talk.legOf(end);
    const work = this.#workOf(end, req.get('refer-to'));
    if (typeof work === 'number' || !leg.dialog) {
      res.send(typeof work === 'number' ? work : 481);
      return;
    }
    this.#by = end;
    this.#asked += 1;
    const report = acceptRefer(req, res, { leg, first: this.#asked === 1, log });
    report.progress(100);
    void work(report).catch((error: unknown) => log.error({ err: error }, 'a call was not put through'));
  }

  /** What is to be done, or the status of the refusal. */
  #workOf(end: End, referTo: string | undefined): Work | number {
    const asked = readReferTo(referTo);
    if (!asked) return 400;
    if (!this.#ports.mayRefer(end)) return 603;
    // One at a time.
    if (this.#by !== null) return 491;
    try {
      return asked.replaces
        ? this.#joining(end, asked.replaces)
        : this.#connecting(end, this.#ports.callees(asked.user));
    } catch (error) {
      return sipStatusOf(error);
    }
  }

  #connecting(end: End, { to, callees }: ReturnType<ReferralPorts['callees']>): Work {
    return end === 'caller' && this.#ports.withAgent()
      ? (report) => this.#putThroughByAgent(to, report)
      : (report) => this.#blind(end, callees, report);
  }

  /** The caller stays; the agent makes room for whoever the caller has named. */
  async #putThroughByAgent(to: ConnectTo, report: ReferReport): Promise<void> {
    let status = 480;
    try {
      const { transfer } = this.#ports;
      report.progress(180);
      const end = await transfer(to);
      // Phones hang up when they are told that it went well, and this one is to go on talking: the subscription ends
      // without a final status.
      if (end.result === 'completed') status = 100;
      else if (end.result === 'cancelled') status = 487;
      else status = end.why === 'busy' ? 486 : 480;
    } catch (error) {
      status = sipStatusOf(error);
    } finally {
      this.#by = null;
      void report.end(status);
    }
  }

  async #blind(end: End, callees: Callees, report: ReferReport): Promise<void> {
    const { talk, ring } = this.#ports;
    const { label, name } = callees;
    const waiting = talk.othersThan(end);
    const music = (on: boolean): Promise<unknown> =>
      Promise.all(waiting.map((leg) => leg.music(on).catch(() => {})));
    try {
      // Whoever is put through hears music; in a conference the others go on talking.
      if (waiting.length === 1) await music(true);
      const person = await ring(callees, () => report.progress(180));
      await music(false);
      await talk.join(person);
      void report.end(200);
      await talk.dismiss(end);
      this.#settle({ kind: 'blind', label, name, code: null });
    } catch (error) {
      await music(talk.legOf(end).held);
      void report.end(sipStatusOf(error));
      this.#settle({ kind: 'blind', label, name, code: codeOf(error) });
    }
  }

  #joining(end: End, replaces: ReplacedCall): Work {
    const { talk, self, find } = this.#ports;
    const other = find(replaces);
    if (!other) throw new VoxboxError('transfer_target_unknown', 'there is no such call to be joined with');
    const here = { ...self, talk, end };
    // The call that whoever puts through has placed gives its people to the other one.
    const isGiver = (call: OtherCall): boolean => call.end === 'caller' && call.isOfPeople;
    const giver = isGiver(other) ? other : isGiver(here) ? here : null;
    if (!giver || other.talk === talk || giver.talk.people.length === 0) {
      throw new VoxboxError('transfer_failed', 'these calls cannot be joined');
    }
    const keeper = giver === other ? here : other;
    return (report) => this.#attended({ giver, keeper, report });
  }

  async #attended(joined: {
    readonly giver: OtherCall;
    readonly keeper: OtherCall;
    readonly report: ReferReport;
  }): Promise<void> {
    const { giver, keeper, report } = joined;
    const people = giver.talk.people;
    const label = people.map(({ target }) => (target.kind === 'phone' ? target.username : target.number));
    const result = { kind: 'attended', label: label.join(', '), name: null } as const;
    const legs = [...keeper.talk.othersThan(keeper.end), ...people.map(({ leg }) => leg)];
    try {
      await giver.talk.moveTo(keeper.talk);
      await Promise.all(legs.map((leg) => leg.music(false)));
      void report.end(200);
      await keeper.talk.dismiss(keeper.end);
      keeper.settled({ ...result, code: null });
    } catch (error) {
      void report.end(sipStatusOf(error));
      keeper.settled({ ...result, code: codeOf(error) });
    } finally {
      this.#by = null;
      giver.finish();
    }
  }

  #settle(result: ReferralResult): void {
    this.#by = null;
    this.#ports.self.settled(result);
  }
}

const codeOf = (error: unknown): ErrorCode => (isVoxboxError(error) ? error.code : 'transfer_failed');

export function sipStatusOf(error: unknown): number {
  const entry = errorCatalogue[codeOf(error)];
  return 'sipStatus' in entry ? entry.sipStatus : 480;
}
