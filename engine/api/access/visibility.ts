import type { StoredEvent } from '../../foundation/index.ts';
import { allows, type FeedMessage, sees } from '../contract/index.ts';
import type { Who } from './who.ts';

/** What happens on the line of a business: a technician hears of it as well. */
const lineNouns = ['phone', 'ring-group', 'transfer-target', 'number', 'outbound', 'overflow', 'closed'];
/** Who may sign in is the owner's business alone. */
const accessNouns = ['user', 'session', 'invitation'];

const nounOf = (type: string): string => type.split('.')[0] ?? '';

/** Whether they may hear what is said in a business: whoever does its desk's work. */
export const hears = ({ rights }: Who, tenantId: string): boolean =>
  allows({ who: 'member', tenant: 'path' }, rights, tenantId);

const isOfBox = ({ rights }: Who): boolean => rights?.boxRole === 'owner' || rights?.boxRole === 'technician';

function mayKnow(who: Who, { type, tenantId }: Pick<StoredEvent, 'type' | 'tenantId'>): boolean {
  const noun = nounOf(type);
  if (tenantId === null) {
    return accessNouns.includes(noun) ? who.rights?.boxRole === 'owner' : isOfBox(who);
  }
  if (hears(who, tenantId)) return true;
  if (noun === 'tenant') return sees(who.rights, tenantId);
  return lineNouns.includes(noun) && isOfBox(who);
}

/**
 * Whether a message of the feed is for somebody. What it does not know is for owners of the box alone.
 *
 * @param tenantOf the business of a call in progress
 */
export function isFor(who: Who, message: FeedMessage, tenantOf: (callId: string) => string | null): boolean {
  switch (message.type) {
    case 'status.changed':
    case 'snapshot':
      return who.rights !== null;
    case 'call.updated':
      return hears(who, message.call.tenantId);
    case 'call.removed':
    case 'call.interim': {
      const tenantId = tenantOf(message.callId);
      return tenantId !== null && hears(who, tenantId);
    }
    case 'event.stored':
      return mayKnow(who, message.event as Pick<StoredEvent, 'type' | 'tenantId'>);
    default:
      return 'tenantId' in message ? hears(who, message.tenantId) : isOfBox(who);
  }
}

/** What changes what somebody may see: their feed begins anew. */
export const changesRights = ({ type }: Pick<StoredEvent, 'type'>): boolean =>
  ['user', 'session', 'membership', 'tenant'].includes(nounOf(type));
