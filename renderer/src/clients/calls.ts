import type {
  Call,
  CallFilter,
  CallList,
  CallNote,
  CallOutcome,
  CallWhole,
  LadderAnswer,
  Waveform,
} from '../../../engine/api/contract/index.ts';
import { paths } from '../../../engine/api/contract/paths.ts';
import { ask, json, ofTenant, withId, withQuery } from '../asking.ts';

/** What the list is narrowed to, without what does not matter. */
const filled = (filter: CallFilter): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(filter).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, String(value)]],
    ),
  );

/** Calls as they are looked up, and what is done with those that are over. */
export const callsClient = {
  list: (filter: CallFilter, page: { readonly page: number; readonly limit: number }) =>
    ask<CallList>(withQuery(paths['call.list'], { ...filled(filter), ...page })),
  tableUrl: (filter: CallFilter) => withQuery(paths['call.exportList'], filled(filter)),
  read: (id: string) => ask<CallWhole>(withId('call.read', id)),
  recordingUrl: (id: string) => withId('call.recording', id),
  exportUrl: (tenant: string, id: string) => ofTenant('call.export', id, tenant),
  waveform: (tenant: string, id: string) => ask<Waveform>(ofTenant('call.waveform', id, tenant)),
  ladder: (tenant: string, id: string) => ask<LadderAnswer>(ofTenant('call.ladder', id, tenant)),
  complete: (tenant: string, id: string, outcome: CallOutcome) =>
    ask<{ call: Call }>(ofTenant('call.complete', id, tenant), json('POST', { outcome })),
  redact: (
    tenant: string,
    id: string,
    what: { readonly whole: true } | { readonly words: readonly { turnId: string; text: string }[] },
  ) => ask<{ redacted: true }>(ofTenant('call.redact', id, tenant), json('POST', what)),
  /** Is finished even when the page is left meanwhile. */
  remove: (tenant: string, id: string) =>
    ask<{ removed: true }>(ofTenant('call.remove', id, tenant), { method: 'DELETE', keepalive: true }),
  addNote: (tenant: string, id: string, text: string) =>
    ask<{ note: CallNote }>(ofTenant('callNote.add', id, tenant), json('POST', { text })),
  changeNote: (tenant: string, id: string, text: string) =>
    ask<{ note: CallNote }>(ofTenant('callNote.change', id, tenant), json('PATCH', { text })),
  removeNote: (tenant: string, id: string) =>
    ask<{ removed: true }>(ofTenant('callNote.remove', id, tenant), { method: 'DELETE', keepalive: true }),
};
