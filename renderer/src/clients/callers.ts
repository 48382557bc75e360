import type { Caller, CallerLine, PrivacyPolicy, Submission } from '../../../engine/api/contract/index.ts';
import { type Answer, ask, json, most, ofTenant, withId, withQuery } from '../asking.ts';

export const callersClient = {
  list: (
    tenant: string,
    { q = '', sort = 'last', limit = most }: { q?: string; sort?: 'last' | 'name'; limit?: number } = {},
  ) =>
    ask<{ callers: CallerLine[] }>(
      withQuery(withId('caller.list', tenant), { limit, sort, ...(q === '' ? {} : { q }) }),
    ),
  /** Null for somebody who is not remembered. */
  read: async (tenant: string, number: string): Promise<Answer<{ caller: Caller | null }>> => {
    const answer = await ask<{ caller: Caller }>(ofTenant('caller.read', number, tenant));
    return answer.ok || answer.failure.code !== 'not_found' ? answer : { ok: true, value: { caller: null } };
  },
  change: (
    tenant: string,
    number: string,
    change: { readonly optedOut?: boolean; readonly note?: string | null },
  ): Promise<Answer<{ caller: Caller | null }>> =>
    ask(ofTenant('caller.change', number, tenant), json('PATCH', change)),
  forget: (tenant: string, number: string, transcripts: boolean) =>
    ask<{ calls: number }>(ofTenant('caller.forget', number, tenant), json('POST', { transcripts })),
  submissions: (tenant: string, caller: string) =>
    ask<{ submissions: Submission[] }>(withQuery(withId('submission.list', tenant), { limit: most, caller })),
  privacy: (tenant: string) => ask<{ policy: PrivacyPolicy }>(withId('privacy.read', tenant)),
  setPrivacy: (tenant: string, policy: PrivacyPolicy) =>
    ask<{ policy: PrivacyPolicy }>(withId('privacy.set', tenant), json('PUT', policy)),
};
