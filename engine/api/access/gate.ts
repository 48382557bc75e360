import { type Clock, isUuid, VoxboxError } from '../../foundation/index.ts';
import type { AuditEntry, Box } from '../../store/index.ts';
import { type Access, allows, type Named, namedTenant, sees } from '../contract/index.ts';
import type { LiveCalls } from '../live.ts';
import { remember } from './limits.ts';
import type { Who } from './who.ts';

/** What is asked: a method of the API, or a socket. */
export interface AskedLine {
  /** `noun.verb`, for the audit log. */
  readonly name: string;
  readonly line: Access;
}

export interface Gate {
  /**
   * The businesses that a request is about: the one that it names, or all in which they may ask it; none for a method
   * of the box. Whatever crosses the border of a business is written to the audit log.
   *
   * @throws VoxboxError `sign_in_required`, `not_allowed`, `tenant_unknown`; `not_found` for what is another's
   */
  admit(who: Who, asked: AskedLine, named: Named): readonly string[];
  /** Does it with its line in the audit log, as `Box.act` says. */
  act<T>(who: Who, act: Pick<AuditEntry, 'what' | 'tenantId' | 'thing'>, doing: Doing<T>): Promise<T>;
  /** Writes to the audit log what was done. */
  record(who: Who, act: Pick<AuditEntry, 'what' | 'outcome' | 'tenantId' | 'thing'>): void;
  /** Writes that something was read; once a minute for the same, since a player asks for a recording in parts. */
  recordReading(who: Who, act: Pick<AuditEntry, 'what' | 'tenantId' | 'thing'>): void;
}

/** What is done, and to what. */
export interface Doing<T> {
  readonly work: () => T | Promise<T>;
  /** Id of what was made. */
  readonly thingOf: (answer: T) => string | null;
}

const readAgainMs = 60_000;

/** Nouns of things that have an owner by their id. */
const nouns = { call: 'call', phone: 'phone', ringGroup: 'ring group', transferTarget: 'transfer target' };
type Thing = keyof typeof nouns;
const isThing = (place: Access['tenant']): place is Thing => place in nouns;

export interface GateParts {
  readonly box: Box;
  readonly live: LiveCalls;
  readonly clock: Clock;
}

export function createGate({ box, live, clock }: GateParts): Gate {
  const lastReadMs = new Map<string, number>();
  const owners: Readonly<Record<Thing, (id: string) => string | null>> = {
    // One that rings just now may not be written yet.
    call: (id) =>
      live.list().find((call) => call.callId === id)?.tenantId ??
      box.tenants.list().find((tenant) => box.tenant(tenant.id).calls.find(id))?.id ??
      null,
    phone: (id) => box.phones.find(id)?.tenantId ?? null,
    ringGroup: (id) => box.ringGroups.find(id)?.tenantId ?? null,
    transferTarget: (id) => box.transferTargets.find(id)?.tenantId ?? null,
  };
  const doer = ({ kind, id, name, address }: Who) => ({ whoKind: kind, whoId: id, whoName: name, address });
  const record: Gate['record'] = (who, act) => box.audit.record({ ...doer(who), ...act });

  /** @param unseen what is said where they may not know that it is there */
  const refuse = (
    who: Who,
    { name }: AskedLine,
    { tenantId, unseen }: { readonly tenantId: string | null; readonly unseen: string },
  ): never => {
    const hidden = tenantId !== null && !sees(who.rights, tenantId);
    const outcome = hidden ? 'not_found' : 'not_allowed';
    record(who, { what: name, outcome, tenantId, thing: null });
    throw hidden
      ? new VoxboxError('not_found', unseen)
      : new VoxboxError('not_allowed', `${who.name} may not ask ${name}`);
  };

  const ofThing = (
    who: Who,
    asked: AskedLine,
    { thing, id }: { readonly thing: Thing; readonly id: string },
  ): readonly string[] => {
    const tenantId = owners[thing](id);
    const unseen = `there is no ${nouns[thing]} ${id}`;
    if (tenantId !== null) {
      return allows(asked.line, who.rights, tenantId) ? [tenantId] : refuse(who, asked, { tenantId, unseen });
    }
    // Whoever may ask it of every business hears from the handler that it is not there.
    if (allows(asked.line, who.rights, null)) return [];
    throw new VoxboxError('not_found', unseen);
  };

  const ofTenant = (who: Who, asked: AskedLine, tenantId: string): readonly string[] => {
    const unseen = `there is no tenant ${tenantId}`;
    if (isUuid(tenantId) && box.tenants.find(tenantId)) {
      return allows(asked.line, who.rights, tenantId) ? [tenantId] : refuse(who, asked, { tenantId, unseen });
    }
    if (who.rights?.boxRole === 'owner' || who.rights?.boxRole === 'technician') {
      throw new VoxboxError('tenant_unknown', unseen);
    }
    throw new VoxboxError('not_found', unseen);
  };

  return {
    act: (who, act, { work, thingOf }) => box.act({ ...doer(who), ...act }, work, thingOf),
    record,
    recordReading(who, act) {
      const key = JSON.stringify([who.kind, who.id, who.address, act]);
      const nowMs = clock.monotonicMs();
      if (nowMs - (lastReadMs.get(key) ?? Number.NEGATIVE_INFINITY) < readAgainMs) return;
      remember(lastReadMs, key, nowMs);
      record(who, { ...act, outcome: 'asked' });
    },
    admit(who, asked, request) {
      const { line } = asked;
      if (line.who !== 'anyone' && !who.rights) {
        throw new VoxboxError('sign_in_required', 'nobody is signed in');
      }
      const place = line.tenant;
      if (place === 'none') {
        return allows(line, who.rights, null) ? [] : refuse(who, asked, { tenantId: null, unseen: '' });
      }
      if (isThing(place)) return ofThing(who, asked, { thing: place, id: request.id });
      const named = namedTenant(line, request);
      if (named !== undefined) return ofTenant(who, asked, named);
      if (place !== 'seen') throw new VoxboxError('input_invalid', `${place}: must name the business`);
      const may = (tenantId: string): boolean =>
        allows(line, who.rights, tenantId) && (line.who !== 'user' || sees(who.rights, tenantId));
      return box.tenants
        .list()
        .map((tenant) => tenant.id)
        .filter(may);
    },
  };
}
