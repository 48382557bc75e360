import type { Analytics } from '../../../engine/api/contract/index.ts';
import { ask, json, withId, withQuery } from '../asking.ts';

export const analyticsClient = {
  read: (tenant: string, period: { readonly from: string; readonly to: string }) =>
    ask<{ analytics: Analytics }>(withQuery(withId('analytics.read', tenant), period)),
  setMinutesPerCall: (tenant: string, minutesPerCall: number) =>
    ask<{ minutesPerCall: number }>(withId('analytics.set', tenant), json('PUT', { minutesPerCall })),
};
