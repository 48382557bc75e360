import { type CallerContext, callerContextOf, type ProfileSnapshot } from '../agent/index.ts';
import type { ErrorCode } from '../foundation/index.ts';
import { errorCatalogue, VoxboxError } from '../foundation/index.ts';
import {
  asDrafted,
  type Box,
  type Phone,
  type Playbook,
  type Tenant,
  type TenantStore,
} from '../store/index.ts';
import { recordingNotice } from './wordings.ts';

/** Who answers a call. Decided once, from the number that was called, and frozen for the call. */
export type Route =
  | {
      readonly kind: 'agent';
      readonly tenant: Tenant;
      readonly store: TenantStore;
      readonly snapshot: ProfileSnapshot;
      readonly caller: CallerContext;
    }
  /** Nobody may answer: the caller hears a message and no agent starts. */
  | {
      readonly kind: 'message';
      readonly tenantId: string | null;
      readonly reason: Extract<ErrorCode, 'number_unknown' | 'tenant_suspended'>;
      readonly text: string;
    };

export type AgentRoute = Extract<Route, { kind: 'agent' }>;

/** Somebody of the house tries the agent. */
export interface PracticeOrder {
  readonly tenantId: string;
  /** `draft`: as it would be published now. */
  readonly agent: 'live' | 'draft';
}

export function routeCall(
  box: Box,
  called: string,
  callerNumber: string | null,
  callerName: string | null,
): Route {
  const number = box.numbers.find(called);
  if (!number?.active) return message('number_unknown', number?.tenantId ?? null);
  const tenant = box.tenants.find(number.tenantId);
  if (!tenant) return message('number_unknown', null);
  if (tenant.status === 'suspended') return message('tenant_suspended', tenant.id);
  const store = box.tenant(tenant.id);
  return {
    kind: 'agent',
    tenant,
    store,
    snapshot: snapshotOf(box, tenant, store),
    caller: callerOf(store, callerNumber, callerName),
  };
}

/** Whoever calls, as far as the tenant remembers them. */
function callerOf(store: TenantStore, number: string | null, callerName: string | null): CallerContext {
  const known = callerContextOf(store, number);
  const { earlierCalls, spokenName, lastSummaries, preferences } = known;
  return {
    ...{ number, name: known.name ?? callerName, earlierCalls },
    ...{ spokenName, lastSummaries, usualPartOfDay: preferences.partOfDay },
  };
}

/** A call that a phone of the house places: its tenant's, with the phone as the caller. */
export function routeOfPhone(
  box: Box,
  { tenantId, extension, label }: Pick<Phone, 'tenantId' | 'extension' | 'label'>,
): Route {
  const tenant = box.tenants.find(tenantId);
  if (!tenant) return message('number_unknown', null);
  if (tenant.status === 'suspended') return message('tenant_suspended', tenant.id);
  const store = box.tenant(tenant.id);
  const caller = { number: extension, name: label, earlierCalls: 0 };
  return { kind: 'agent', tenant, store, snapshot: snapshotOf(box, tenant, store), caller };
}

/** The one way that leads to a draft. @throws VoxboxError `tenant_unknown`, `tenant_suspended` */
export function routeOfPractice(box: Box, { tenantId, agent }: PracticeOrder): AgentRoute {
  const tenant = box.tenants.find(tenantId);
  if (!tenant) throw new VoxboxError('tenant_unknown', `there is no tenant ${tenantId}`);
  if (tenant.status === 'suspended') throw new VoxboxError('tenant_suspended', 'the business is suspended');
  const live = box.tenant(tenant.id);
  const store = agent === 'draft' ? asDrafted(live) : live;
  const caller = { number: null, name: null, earlierCalls: 0 };
  return { kind: 'agent', tenant, store, snapshot: snapshotOf(box, tenant, store), caller };
}

/** The profile as one call uses it: a later change does not reach a call that is going on. */
export function snapshotOf(box: Box, tenant: Tenant, store: TenantStore): ProfileSnapshot {
  const { profile, hours, services } = store.profile();
  return Object.freeze({
    tenantId: tenant.id,
    tenantName: tenant.name,
    timeZone: tenant.timeZone,
    language: tenant.language,
    agentName: profile.agentName,
    greeting: tenant.recording === 'announced' ? `${recordingNotice} ${profile.greeting}` : profile.greeting,
    voice: profile.voice,
    speech: store.voices.settings(),
    skills: profile.skills,
    prompt: profile.prompt,
    hours,
    holidays: store.holidays.list(),
    services,
    playbook: withoutSwitchedOff(store.playbook(), profile.skills),
    knows: store.sources.list().length > 0,
    recorded: tenant.recording !== 'off',
    people: box.transferTargets.list(tenant.id).map(({ id, name, aliases }) => ({ id, name, aliases })),
  });
}

/** A skill that is switched off is not there for the call. */
const withoutSwitchedOff = (playbook: Playbook, on: readonly string[]): Playbook =>
  on.length === 0 ? playbook : { ...playbook, skills: playbook.skills.filter(({ id }) => on.includes(id)) };

function message(reason: 'number_unknown' | 'tenant_suspended', tenantId: string | null): Route {
  return { kind: 'message', tenantId, reason, text: errorCatalogue[reason].spoken };
}
