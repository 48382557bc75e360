import type {
  NewTrunkRequest,
  Trunk,
  TrunkChangeRequest,
  TrunkPreset,
} from '../../engine/api/contract/index.ts';
import { numbersStrings } from './strings-numbers.ts';

/** What is typed of a trunk, by the name of the field; an empty one is not set. */
export interface TrunkDraft {
  preset: string;
  name: string;
  values: Record<string, string>;
}

export type TrunkField = TrunkPreset['fields'][number];

/** Stands for a trunk whose other side signs in here; it is no preset of the box. */
export const signInPreset = 'sign-in';

const words = numbersStrings.form;
const wrong = words.wrong;

/** What a form asks for; a trunk that was made without a preset has the fields of its kind. */
export function fieldsOf(preset: string, presets: readonly TrunkPreset[]): readonly TrunkField[] {
  if (preset !== signInPreset) return presets.find(({ id }) => id === preset)?.fields ?? [];
  const shared = { example: '', required: true } as const;
  return [
    { name: 'username', label: words.username, help: words.usernameHelp, secret: false, ...shared },
    { name: 'password', label: words.password, help: words.passwordHelp, secret: true, ...shared },
  ];
}

/** What can be changed of a trunk: of one that signs in here, who it is stays. */
export const changeableFields = (trunk: Trunk, presets: readonly TrunkPreset[]): readonly TrunkField[] =>
  trunk.kind === 'digest'
    ? fieldsOf('generic-address', presets).filter(({ name }) => name === 'callerId' || name === 'maxCalls')
    : fieldsOf(trunk.preset, presets);

export const newDraft = (preset: string): TrunkDraft => ({ preset, name: '', values: {} });

/** A trunk as its form shows it. Its password never leaves the box. */
export function draftOf({ preset, name, ...trunk }: Trunk): TrunkDraft {
  const { host, port, outboundProxy, authUsername, callerId, maxCalls } = trunk;
  const values = { host, port, outboundProxy, authUsername, callerId, maxCalls };
  const texts = Object.entries(values).map(([field, value]) => [field, String(value ?? '')]);
  return { preset, name, values: { ...Object.fromEntries(texts), addresses: trunk.addresses.join(', ') } };
}

const checks: Readonly<Record<string, readonly [pattern: RegExp, message: string]>> = {
  // A name, an IPv4 or an IPv6 address; a port stands beside it.
  host: [/^(?:[a-z0-9.-]+|\[?(?=[^:]*:[^:]*:)[0-9a-f:.]+\]?)$/i, wrong.host],
  outboundProxy: [/^[a-z0-9.:[\]-]+$/i, wrong.proxy],
  port: [/^(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/, wrong.port],
  addresses: [/^[0-9a-f.:]+(?:\/\d{1,3})?(?:[\s,]+[0-9a-f.:]+(?:\/\d{1,3})?)*$/i, wrong.addresses],
  callerId: [/^\+[1-9]\d{6,14}$/, wrong.number],
  maxCalls: [/^[1-9]\d{0,3}$/, wrong.maxCalls],
  username: [/^[\w.+-]{1,60}$/, wrong.username],
};

/** What is wrong with a field, in words; null when it is good. */
export function fieldTrouble(
  { name, required, secret }: TrunkField,
  value: string,
  { isStored, preset }: { readonly isStored: boolean; readonly preset: string },
): string | null {
  const text = value.trim();
  if (text === '') return required && !(secret && isStored) ? wrong.needed : null;
  if (name === 'password' && preset === signInPreset && text.length < 8) return wrong.password;
  const [pattern, message] = checks[name] ?? [/./, ''];
  return pattern.test(text) ? null : message;
}

function parsed(name: string, text: string): unknown {
  if (name === 'addresses') return text.split(/[\s,]+/).filter((one) => one !== '');
  return name === 'port' || name === 'maxCalls' ? Number(text) : text;
}

/** What was typed; a field that was emptied is taken away, a password that was left empty stays. */
function typed(draft: TrunkDraft, fields: readonly TrunkField[], empties: boolean): Record<string, unknown> {
  const entries = fields.flatMap(({ name, secret }): [string, unknown][] => {
    const text = (draft.values[name] ?? '').trim();
    if (text !== '') return [[name, parsed(name, text)]];
    return empties && !secret && name !== 'addresses' ? [[name, null]] : [];
  });
  return Object.fromEntries(entries);
}

export function creationOf(draft: TrunkDraft, fields: readonly TrunkField[]): NewTrunkRequest {
  const { preset } = draft;
  const name = draft.name.trim();
  const values = typed(draft, fields, false);
  return { ...values, name, ...(preset === signInPreset ? {} : { preset }) } as NewTrunkRequest;
}

export const changeOf = (draft: TrunkDraft, fields: readonly TrunkField[]): TrunkChangeRequest => ({
  ...typed(draft, fields, true),
  name: draft.name.trim(),
});
