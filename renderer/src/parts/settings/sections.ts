import type { Component } from 'svelte';
import type { MethodName } from '../../../../engine/api/contract/index.ts';
import type { Box } from '../../state/box.svelte.ts';
import type { settingsStrings } from '../../strings-settings.ts';

export type SectionName = keyof (typeof settingsStrings)['sections'];

/** The sections of the settings, in the order of their list; each is loaded when it is opened. */
export const sections: Record<SectionName, () => Promise<{ default: Component<{ box: Box }> }>> = {
  business: () => import('./Business.svelte'),
  numbers: () => import('./Numbers.svelte'),
  phones: () => import('./Phones.svelte'),
  calendars: () => import('./Calendars.svelte'),
  models: () => import('./Models.svelte'),
  box: () => import('./Box.svelte'),
  users: () => import('./Users.svelte'),
  tokens: () => import('./Tokens.svelte'),
  audit: () => import('./Audit.svelte'),
  notifications: () => import('./Notifications.svelte'),
  account: () => import('./Account.svelte'),
};

/** Of each section, the method that it cannot do without. */
const needs: Record<SectionName, MethodName> = {
  business: 'tenant.change',
  numbers: 'trunk.list',
  phones: 'phone.list',
  calendars: 'calendar.links',
  models: 'model.list',
  box: 'box.health',
  users: 'member.list',
  tokens: 'token.list',
  audit: 'audit.list',
  notifications: 'notification.list',
  account: 'session.list',
};

/** Those that are of use to whoever is signed in. */
export const sectionsFor = ({ session, tenant }: Box): readonly SectionName[] =>
  (Object.keys(sections) as SectionName[]).filter((name) => session.mayHere(needs[name], tenant?.id ?? null));
