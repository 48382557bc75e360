import type {
  CalendarSettings,
  NewTenantRequest,
  PhoneNumber,
  Profession,
  Tenant,
  Trunk,
} from '../../../engine/api/contract/index.ts';
import { paths } from '../../../engine/api/contract/paths.ts';
import { ask, json, withId } from '../asking.ts';

export const setupClient = {
  professions: () => ask<{ professions: Profession[] }>(paths['profession.list']),
  /** @param ownerEmail who is invited as its owner */
  create: (tenant: NewTenantRequest & { readonly like?: string }, ownerEmail?: string) =>
    ask<{ tenant: Tenant; link: { token: string } | null }>(
      paths['tenant.create'],
      json('POST', { ...tenant, ownerEmail }),
    ),
  addNumber: (tenant: string, number: string) =>
    ask<{ number: PhoneNumber }>(withId('number.add', tenant), json('POST', { number })),
  calendar: (tenant: string) => ask<{ settings: CalendarSettings }>(withId('calendarSettings.read', tenant)),
  changeCalendar: (tenant: string, change: Partial<CalendarSettings>) =>
    ask<{ settings: CalendarSettings }>(withId('calendarSettings.change', tenant), json('PATCH', change)),
  trunks: () => ask<{ trunks: Trunk[] }>(paths['trunk.list']),
};
