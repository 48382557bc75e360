import type { MethodName } from './paths.ts';
import type { Rights, TenantRole } from './session.ts';

/**
 * Who may ask what: a line for each method, and nowhere else. Browser-safe, as the whole contract.
 *
 * The owner of the box may ask everything. A member of a business does the desk's work; its admin also sets the
 * agent and the business up; its owner also says who its users are. A technician sets the box up and never sees a
 * conversation. A reseller makes businesses and sees how they do; to see more, they act as one of them.
 */
export interface Access {
  /**
   * The least that is needed. `anyone`: nobody has to be signed in; `user`: somebody has to be. With a `tenant`,
   * `member` < `admin` < `owner` are roles in that business; without one, `owner` is the owner of the box.
   */
  readonly who: 'anyone' | 'user' | 'member' | 'admin' | 'owner' | 'technician' | 'reseller';
  /** May ask as well; a reseller for the businesses that are theirs. */
  readonly also?: 'technician' | 'reseller';
  readonly tenant: TenantPlace;
  /** What a token must be good for; where it is absent, no token is. */
  readonly scope?: TokenScope;
  /**
   * Reading it is written to the audit log too; what changes something always is. `itself`: the handler writes what
   * is to be known of it, since it is asked before anybody is signed in.
   */
  readonly audited?: true | 'itself';
}

/**
 * Where a request says whose it is: `:id` of the path, `tenant` of the query, `tenantId` of the body; the owner of
 * the call, phone, ... that `:id` names; `seen`: the `tenant` of the query where it names one, else all that the
 * person may see; `none`: it is nobody's.
 */
export type TenantPlace =
  | 'path'
  | 'query'
  | 'body'
  | 'call'
  | 'phone'
  | 'ringGroup'
  | 'transferTarget'
  | 'seen'
  | 'none';

export const tokenScopes = [
  'calls:read',
  'calls:write',
  'appointments:read',
  'appointments:write',
  'inbox:read',
  'inbox:write',
  'callers:read',
  'callers:write',
  'knowledge:read',
  'knowledge:write',
  'agent:read',
  'agent:write',
  'analytics:read',
] as const;
export type TokenScope = (typeof tokenScopes)[number];

/** The feed of `feedPath`: what is in it for somebody is what they may see. */
export const feedAccess = { who: 'user', tenant: 'none' } as const satisfies Access;

/** The sound of a call (`soundPath`): whoever listens is written down, and whoever only sees how loud it is, is not. */
export const soundAccess = {
  ...{ who: 'member', tenant: 'call', scope: 'calls:read', audited: true },
} as const satisfies Access;
export const levelsAccess = { who: 'member', tenant: 'call', scope: 'calls:read' } as const satisfies Access;

export const access = {
  'session.read': { who: 'anyone', tenant: 'none' },
  'session.signIn': { who: 'anyone', tenant: 'none', audited: 'itself' },
  'session.signOut': { who: 'user', tenant: 'none' },
  'session.list': { who: 'user', tenant: 'none' },
  'session.end': { who: 'user', tenant: 'none' },
  'session.actAs': { who: 'owner', also: 'reseller', tenant: 'body' },
  'session.stopActing': { who: 'user', tenant: 'none' },
  'link.read': { who: 'anyone', tenant: 'none', audited: 'itself' },
  'link.use': { who: 'anyone', tenant: 'none', audited: 'itself' },
  'account.change': { who: 'user', tenant: 'none' },
  'account.setPassword': { who: 'user', tenant: 'none' },
  'account.beginTotp': { who: 'user', tenant: 'none' },
  'account.confirmTotp': { who: 'user', tenant: 'none' },
  'account.removeTotp': { who: 'user', tenant: 'none' },
  'member.list': { who: 'owner', tenant: 'path' },
  'member.invite': { who: 'owner', tenant: 'path' },
  'member.uninvite': { who: 'owner', tenant: 'query' },
  'member.change': { who: 'owner', tenant: 'query' },
  'member.remove': { who: 'owner', tenant: 'query' },
  'user.list': { who: 'owner', tenant: 'none' },
  'user.add': { who: 'owner', tenant: 'none' },
  'user.invite': { who: 'owner', tenant: 'none' },
  'user.uninvite': { who: 'owner', tenant: 'none' },
  'user.change': { who: 'owner', tenant: 'none' },
  'user.remove': { who: 'owner', tenant: 'none' },
  'user.setPassword': { who: 'owner', tenant: 'none' },
  'user.link': { who: 'owner', tenant: 'none' },
  'token.list': { who: 'owner', tenant: 'path' },
  'token.create': { who: 'owner', tenant: 'path' },
  'token.revoke': { who: 'owner', tenant: 'query' },
  'audit.list': { who: 'owner', tenant: 'seen' },
  'audit.verify': { who: 'owner', tenant: 'none' },
  'business.list': { who: 'reseller', tenant: 'seen' },
  'business.change': { who: 'reseller', tenant: 'path' },
  'business.usage': { who: 'reseller', tenant: 'seen' },
  'branding.read': { who: 'member', also: 'reseller', tenant: 'path' },
  'branding.logo': { who: 'member', also: 'reseller', tenant: 'path' },
  'branding.own': { who: 'reseller', tenant: 'none' },
  'branding.set': { who: 'reseller', tenant: 'none' },
  'branding.setLogo': { who: 'reseller', tenant: 'none' },
  'branding.ofSlug': { who: 'anyone', tenant: 'none' },
  'branding.logoOfSlug': { who: 'anyone', tenant: 'none' },
  'tenant.list': { who: 'user', tenant: 'seen' },
  'tenant.create': { who: 'reseller', tenant: 'none' },
  'tenant.change': { who: 'admin', tenant: 'path' },
  'tenant.export': { who: 'owner', tenant: 'path' },
  'tenant.remove': { who: 'owner', tenant: 'path' },
  'number.add': { who: 'technician', also: 'reseller', tenant: 'path' },
  'number.change': { who: 'admin', also: 'technician', tenant: 'query' },
  'number.remove': { who: 'technician', also: 'reseller', tenant: 'query' },
  'trunk.list': { who: 'technician', tenant: 'none' },
  'trunk.create': { who: 'technician', tenant: 'none' },
  'trunk.presets': { who: 'technician', tenant: 'none' },
  'trunk.read': { who: 'technician', tenant: 'none' },
  'trunk.change': { who: 'technician', tenant: 'none' },
  'trunk.remove': { who: 'technician', tenant: 'none' },
  'line.list': { who: 'technician', tenant: 'none' },
  'line.test': { who: 'technician', tenant: 'none' },
  'line.progress': { who: 'technician', tenant: 'none' },
  'line.ladder': { who: 'technician', tenant: 'none' },
  'phone.list': { who: 'member', also: 'technician', tenant: 'seen' },
  'phone.create': { who: 'admin', also: 'technician', tenant: 'body' },
  'phone.remove': { who: 'admin', also: 'technician', tenant: 'phone' },
  'ringGroup.list': { who: 'member', also: 'technician', tenant: 'seen' },
  'ringGroup.create': { who: 'admin', also: 'technician', tenant: 'body' },
  'ringGroup.change': { who: 'admin', also: 'technician', tenant: 'ringGroup' },
  'ringGroup.remove': { who: 'admin', also: 'technician', tenant: 'ringGroup' },
  'transferTarget.list': { who: 'member', also: 'technician', tenant: 'seen' },
  'transferTarget.create': { who: 'admin', also: 'technician', tenant: 'body' },
  'transferTarget.change': { who: 'admin', also: 'technician', tenant: 'transferTarget' },
  'transferTarget.remove': { who: 'admin', also: 'technician', tenant: 'transferTarget' },
  'ban.list': { who: 'technician', tenant: 'none' },
  'ban.lift': { who: 'technician', tenant: 'none' },
  'defence.read': { who: 'technician', tenant: 'none' },
  'outbound.read': { who: 'admin', also: 'technician', tenant: 'path' },
  'outbound.set': { who: 'admin', also: 'technician', tenant: 'path' },
  'overflow.read': { who: 'admin', also: 'technician', tenant: 'path' },
  'overflow.set': { who: 'admin', also: 'technician', tenant: 'path' },
  'closed.read': { who: 'admin', also: 'technician', tenant: 'path' },
  'closed.set': { who: 'admin', also: 'technician', tenant: 'path' },
  'providers.list': { who: 'admin', tenant: 'path', scope: 'agent:read' },
  'providers.save': { who: 'admin', tenant: 'path' },
  'providers.test': { who: 'admin', tenant: 'path' },
  'voices.list': { who: 'admin', tenant: 'path', scope: 'agent:read' },
  'voices.sample': { who: 'admin', tenant: 'path' },
  'voice.save': { who: 'admin', tenant: 'path', scope: 'agent:write' },
  'dictionary.save': { who: 'admin', tenant: 'path', scope: 'agent:write' },
  'voice.record': { who: 'admin', tenant: 'path' },
  'voice.clone': { who: 'admin', tenant: 'path' },
  'voice.forget': { who: 'admin', tenant: 'query' },
  'voice.recording': { who: 'admin', tenant: 'query', audited: true },
  'call.list': { who: 'member', tenant: 'seen', scope: 'calls:read' },
  'call.exportList': { who: 'member', tenant: 'query', scope: 'calls:read', audited: true },
  'call.read': { who: 'member', tenant: 'call', scope: 'calls:read' },
  'call.transcript': { who: 'member', tenant: 'query', scope: 'calls:read' },
  'call.extraction': { who: 'member', tenant: 'query', scope: 'calls:read' },
  'call.recording': { who: 'member', tenant: 'call', scope: 'calls:read', audited: true },
  'call.waveform': { who: 'member', tenant: 'query', scope: 'calls:read' },
  'call.ladder': { who: 'member', tenant: 'query', scope: 'calls:read' },
  'call.place': { who: 'member', tenant: 'path', scope: 'calls:write' },
  'call.complete': { who: 'member', tenant: 'query', scope: 'calls:write' },
  'call.redact': { who: 'admin', tenant: 'query', scope: 'calls:write' },
  'call.remove': { who: 'admin', tenant: 'query', scope: 'calls:write' },
  'call.export': { who: 'member', tenant: 'query', scope: 'calls:read', audited: true },
  'callNote.add': { who: 'member', tenant: 'query', scope: 'calls:write' },
  'callNote.change': { who: 'member', tenant: 'query', scope: 'calls:write' },
  'callNote.remove': { who: 'member', tenant: 'query', scope: 'calls:write' },
  'call.transfer': { who: 'member', tenant: 'call', scope: 'calls:write' },
  'call.conference': { who: 'member', tenant: 'call', scope: 'calls:write' },
  'call.hold': { who: 'member', tenant: 'call', scope: 'calls:write' },
  'call.resume': { who: 'member', tenant: 'call', scope: 'calls:write' },
  'call.record': { who: 'member', tenant: 'call', scope: 'calls:write' },
  'call.press': { who: 'member', tenant: 'call', scope: 'calls:write' },
  'call.hangUp': { who: 'member', tenant: 'call', scope: 'calls:write' },
  'call.whisper': { who: 'member', tenant: 'call', scope: 'calls:write' },
  'call.takeOver': { who: 'member', tenant: 'call', scope: 'calls:write' },
  'call.giveBack': { who: 'member', tenant: 'call', scope: 'calls:write' },
  'talk.start': { who: 'member', tenant: 'path' },
  'appointment.list': { who: 'member', tenant: 'seen', scope: 'appointments:read' },
  'appointment.book': { who: 'member', tenant: 'path', scope: 'appointments:write' },
  'appointment.openings': { who: 'member', tenant: 'path', scope: 'appointments:read' },
  'appointment.hold': { who: 'member', tenant: 'path', scope: 'appointments:write' },
  'appointment.release': { who: 'member', tenant: 'query', scope: 'appointments:write' },
  'appointment.move': { who: 'member', tenant: 'query', scope: 'appointments:write' },
  'appointment.cancel': { who: 'member', tenant: 'query', scope: 'appointments:write' },
  'appointment.approve': { who: 'member', tenant: 'query', scope: 'appointments:write' },
  'appointment.decline': { who: 'member', tenant: 'query', scope: 'appointments:write' },
  'appointment.restore': { who: 'member', tenant: 'query', scope: 'appointments:write' },
  'service.list': { who: 'member', tenant: 'path', scope: 'appointments:read' },
  'staff.list': { who: 'member', tenant: 'path', scope: 'appointments:read' },
  'hours.read': { who: 'member', tenant: 'path', scope: 'appointments:read' },
  'analytics.read': { who: 'member', tenant: 'path', scope: 'analytics:read' },
  'analytics.set': { who: 'admin', tenant: 'path' },
  'calendarSettings.read': { who: 'member', tenant: 'path', scope: 'appointments:read' },
  'calendarSettings.change': { who: 'admin', tenant: 'path' },
  'reminder.list': { who: 'member', tenant: 'path', scope: 'appointments:read' },
  'reminder.done': { who: 'member', tenant: 'query', scope: 'appointments:write' },
  'mail.list': { who: 'member', tenant: 'path', scope: 'appointments:read' },
  'mailAccount.read': { who: 'member', tenant: 'path', scope: 'appointments:read' },
  'mailAccount.set': { who: 'admin', tenant: 'path' },
  'mailAccount.remove': { who: 'admin', tenant: 'path' },
  'mailAccount.try': { who: 'admin', tenant: 'path' },
  'calendar.links': { who: 'member', tenant: 'path', scope: 'appointments:read' },
  'calendar.findCalendars': { who: 'admin', tenant: 'path' },
  'calendar.link': { who: 'admin', tenant: 'path' },
  'calendar.unlink': { who: 'admin', tenant: 'query' },
  'calendar.syncNow': { who: 'admin', tenant: 'query' },
  'holiday.list': { who: 'member', tenant: 'path', scope: 'appointments:read' },
  'holiday.add': { who: 'member', tenant: 'path', scope: 'appointments:write' },
  'holiday.remove': { who: 'member', tenant: 'query', scope: 'appointments:write' },
  'source.list': { who: 'member', tenant: 'path', scope: 'knowledge:read' },
  'source.add': { who: 'member', tenant: 'path', scope: 'knowledge:write' },
  'source.upload': { who: 'member', tenant: 'path', scope: 'knowledge:write' },
  'source.remove': { who: 'member', tenant: 'query', scope: 'knowledge:write' },
  'knowledge.ask': { who: 'member', tenant: 'path', scope: 'knowledge:read' },
  'question.list': { who: 'member', tenant: 'path', scope: 'knowledge:read' },
  'question.answer': { who: 'member', tenant: 'query', scope: 'knowledge:write' },
  'question.dismiss': { who: 'member', tenant: 'query', scope: 'knowledge:write' },
  'question.reopen': { who: 'member', tenant: 'query', scope: 'knowledge:write' },
  'submission.list': { who: 'member', tenant: 'path', scope: 'inbox:read' },
  'submission.change': { who: 'member', tenant: 'query', scope: 'inbox:write' },
  'notification.list': { who: 'member', tenant: 'path' },
  'caller.list': { who: 'member', tenant: 'path', scope: 'callers:read' },
  'caller.read': { who: 'member', tenant: 'query', scope: 'callers:read' },
  'caller.change': { who: 'member', tenant: 'query', scope: 'callers:write' },
  'caller.forget': { who: 'admin', tenant: 'query', scope: 'callers:write' },
  'privacy.read': { who: 'member', tenant: 'path', scope: 'callers:read' },
  'privacy.set': { who: 'admin', tenant: 'path' },
  'doNotCall.list': { who: 'member', tenant: 'path', scope: 'callers:read' },
  'doNotCall.add': { who: 'member', tenant: 'path', scope: 'callers:write' },
  'doNotCall.remove': { who: 'member', tenant: 'query', scope: 'callers:write' },
  'profession.list': { who: 'user', tenant: 'none' },
  'agent.read': { who: 'member', tenant: 'path', scope: 'agent:read' },
  'agent.save': { who: 'admin', tenant: 'path', scope: 'agent:write' },
  'agent.discard': { who: 'admin', tenant: 'path', scope: 'agent:write' },
  'agent.publish': { who: 'admin', tenant: 'path', scope: 'agent:write' },
  'agent.template': { who: 'admin', tenant: 'path' },
  'agentVersion.list': { who: 'member', tenant: 'path', scope: 'agent:read' },
  'agentVersion.read': { who: 'member', tenant: 'query', scope: 'agent:read' },
  'agentVersion.restore': { who: 'admin', tenant: 'query', scope: 'agent:write' },
  'rehearsal.read': { who: 'member', tenant: 'path', scope: 'agent:read' },
  'rehearsal.start': { who: 'admin', tenant: 'path', scope: 'agent:write' },
  'rehearsal.try': { who: 'admin', tenant: 'path' },
  'rehearsal.cases': { who: 'member', tenant: 'path', scope: 'agent:read' },
  'rehearsal.setCases': { who: 'admin', tenant: 'path', scope: 'agent:write' },
  'skill.check': { who: 'user', tenant: 'none' },
  'playbook.read': { who: 'member', tenant: 'path', scope: 'agent:read' },
  'playbook.set': { who: 'admin', tenant: 'path', scope: 'agent:write' },
  'playbook.check': { who: 'user', tenant: 'none' },
  'model.list': { who: 'technician', tenant: 'none' },
  'model.download': { who: 'technician', tenant: 'none' },
  'model.cancel': { who: 'technician', tenant: 'none' },
  'model.use': { who: 'technician', tenant: 'none' },
  'box.status': { who: 'user', tenant: 'none' },
  'box.health': { who: 'technician', tenant: 'none' },
  'box.log': { who: 'technician', tenant: 'none', audited: true },
  // Both carry nothing of anybody; figures are given to programs of this machine alone.
  'box.metrics': { who: 'anyone', tenant: 'none' },
  'api.describe': { who: 'anyone', tenant: 'none' },
} as const satisfies Record<MethodName, Access>;

/** Rights that a token of the API has: those of its scopes alone. */
export interface ScopedRights extends Rights {
  readonly scopes?: readonly string[];
}

const rank: Readonly<Record<string, number>> = { member: 1, admin: 2, owner: 3 } satisfies Record<
  TenantRole,
  number
>;

/** Whether somebody may ask a method of that line; null: nobody is signed in, or it is nobody's. */
export function allows(line: Access, rights: ScopedRights | null, tenantId: string | null): boolean {
  if (line.who === 'anyone') return true;
  if (!rights) return false;
  if (rights.scopes && !(line.scope && rights.scopes.includes(line.scope))) return false;
  if (line.who === 'user' || rights.boxRole === 'owner') return true;
  const asked = [line.who, line.also];
  if (rights.boxRole === 'technician' && asked.includes('technician')) return true;
  if (tenantId === null) return rights.boxRole === 'reseller' && asked.includes('reseller');
  if (asked.includes('reseller') && rights.resells.includes(tenantId)) return true;
  const role = rights.roles[tenantId];
  const least = rank[line.who];
  return role !== undefined && least !== undefined && (rank[role] ?? 0) >= least;
}

/** Whether they may know that the business is there. */
export const sees = (rights: ScopedRights | null, tenantId: string): boolean =>
  rights !== null &&
  (rights.boxRole === 'owner' ||
    rights.boxRole === 'technician' ||
    rights.roles[tenantId] !== undefined ||
    rights.resells.includes(tenantId));

/** A request as far as it says whose it is. */
export interface Named {
  /** The `:id` of the path. */
  readonly id: string;
  readonly query: unknown;
  readonly body: unknown;
}

/** The business that a request names by its own id. */
export function namedTenant({ tenant: place }: Access, { id, query, body }: Named): string | undefined {
  if (place === 'path') return id;
  const value = place === 'body' ? textOf(body, 'tenantId') : textOf(query, 'tenant');
  return place === 'body' || place === 'query' || place === 'seen' ? value : undefined;
}

function textOf(values: unknown, key: string): string | undefined {
  const value: unknown = typeof values === 'object' && values !== null ? Reflect.get(values, key) : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** As the audit log names it, out of which nothing is ever taken: of callers the end of their number. */
export const auditedId = (id: string, { scope }: Access): string =>
  scope?.startsWith('callers:') ? id.replace(/^.+(?=.{4}$)/, '…') : id;
