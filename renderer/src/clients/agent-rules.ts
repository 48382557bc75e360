import type {
  CalendarSettings,
  ClosedPolicy,
  Holiday,
  OverflowPolicy,
  Tenant,
} from '../../../engine/api/contract/index.ts';
import { ask, json, ofTenant, withId } from '../asking.ts';

/** Rules of the house that hold at once. */
export const agentRules = {
  calendar: (tenant: string) => ask<{ settings: CalendarSettings }>(withId('calendarSettings.read', tenant)),
  setCalendar: (tenant: string, change: Partial<CalendarSettings>) =>
    ask<{ settings: CalendarSettings }>(withId('calendarSettings.change', tenant), json('PATCH', change)),
  closed: (tenant: string) => ask<{ policy: ClosedPolicy }>(withId('closed.read', tenant)),
  setClosed: (tenant: string, policy: ClosedPolicy) =>
    ask<{ policy: ClosedPolicy }>(withId('closed.set', tenant), json('PUT', policy)),
  overflow: (tenant: string) => ask<{ policy: OverflowPolicy }>(withId('overflow.read', tenant)),
  setOverflow: (tenant: string, policy: OverflowPolicy) =>
    ask<{ policy: OverflowPolicy }>(withId('overflow.set', tenant), json('PUT', policy)),
  setRecording: (tenant: string, recording: Tenant['recording']) =>
    ask<{ tenant: Tenant }>(withId('tenant.change', tenant), json('PATCH', { recording })),
  addHoliday: (tenant: string, holiday: Holiday) =>
    ask<{ holiday: Holiday }>(withId('holiday.add', tenant), json('PUT', holiday)),
  removeHoliday: (tenant: string, day: string) =>
    ask<{ removed: true }>(ofTenant('holiday.remove', day, tenant), { method: 'DELETE' }),
};
