import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DateTime } from 'luxon';
import type { ProfileSnapshot } from '../agent/index.ts';
import { bookAppointment } from '../calendar/index.ts';
import { snapshotOf } from '../call/index.ts';
import { type Clock, type Ids, silentLog, VoxboxError } from '../foundation/index.ts';
import { ingest } from '../knowledge/index.ts';
import {
  type Box,
  type NewPhone,
  type NewTenant,
  openBox,
  type Playbook,
  playbookSchema,
  professionOf,
  type Tenant,
  type TenantStore,
} from '../store/index.ts';
import type { RehearsalCase } from './case.ts';

/** A business as it is rehearsed: a real box of its own, in a folder that is thrown away. */
export interface Practice {
  readonly box: Box;
  readonly tenant: Tenant;
  readonly store: TenantStore;
  readonly clock: Clock;
  readonly ids: Ids;
  snapshot(): ProfileSnapshot;
  close(): void;
}

export type Embed = (texts: readonly string[]) => Promise<readonly Float32Array[]>;

/** The clock of the case, which runs as fast as ours. */
export function clockOf({ now }: Pick<RehearsalCase, 'now'>, timeZone = zone): Clock {
  const startMs = DateTime.fromISO(now, { zone: timeZone }).toMillis();
  const beganMs = performance.now();
  return {
    nowMs: () => Math.round(startMs + performance.now() - beganMs),
    monotonicMs: () => performance.now(),
  };
}

/** What is copied of a business that is there already. */
export interface Original {
  readonly tenant: Pick<Tenant, 'name' | 'timeZone' | 'language'>;
  readonly profile: ReturnType<TenantStore['profile']>;
  readonly playbook: Playbook;
}

const zone = 'America/New_York';
const signedInMs = 24 * 3_600_000;

/** @param options.original the business to rehearse; a new one of the case's profession where left out */
export async function openPractice(
  rehearsed: RehearsalCase,
  options: {
    readonly ids: Ids;
    readonly embed: Embed;
    readonly original?: Original;
    /** Where its data lies for as long as it is open. */
    readonly folder?: string;
  },
): Promise<Practice> {
  const { ids, embed, original, folder = tmpdir() } = options;
  const dataDir = mkdtempSync(join(folder, 'voxbox-rehearsal-'));
  const timeZone = original?.tenant.timeZone ?? zone;
  const clock = clockOf(rehearsed, timeZone);
  const box = openBox({ dataDir, clock, ids, log: silentLog, temporary: true });
  const close = (): void => {
    box.close();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const { tenant, store } = await furnish(box, rehearsed, { clock, ids, embed, original });
    return { box, tenant, store, clock, ids, snapshot: () => snapshotOf(box, tenant, store), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Sets the business of a case up in a box, with everything that is there before the call. */
export async function furnish(
  box: Box,
  rehearsed: RehearsalCase,
  options: {
    readonly clock: Clock;
    readonly ids: Ids;
    readonly embed: Embed;
    readonly original?: Original;
    /** What is called to reach it. */
    readonly number?: string;
    /** UDP port of the loopback where the telephones of its people are; without, nobody can be rung. */
    readonly peoplePort?: number;
  },
): Promise<Pick<Practice, 'tenant' | 'store'>> {
  const { clock, ids, embed, original, number, peoplePort } = options;
  const business = original ? copyOf(original) : newPractice(rehearsed.profession);
  const reached = number === undefined ? {} : { slug: rehearsed.id, numbers: [{ number }] };
  const tenant = box.tenants.create({ ...business, ...reached });
  const store = box.tenant(tenant.id);
  if (original) become(store, original);
  store.setPlaybook(playbookSchema.parse({ ...store.playbook(), ...rehearsed.given.playbook }));
  for (const [i, person] of rehearsed.people.entries()) {
    const phone = { username: `${rehearsed.id}-${i}`, label: person.name, extension: String(101 + i) };
    const reached =
      peoplePort === undefined
        ? ({ kind: 'number', target: '+12125550199' } as const)
        : ({ kind: 'phone', target: phone.username } as const);
    if (peoplePort !== undefined) addPhone(box, { ...phone, tenantId: tenant.id, port: peoplePort }, clock);
    box.transferTargets.add({ tenantId: tenant.id, ...person, ...reached });
  }
  for (const [i, words] of (rehearsed.given.knowledge ?? []).entries()) {
    const bytes = new TextEncoder().encode(words);
    await ingest({ kind: 'file', name: `document-${i + 1}.txt`, bytes }, { store, embed, clock, ids });
  }
  for (const given of rehearsed.given.appointments ?? []) giveAppointment(store, given, { clock, ids });
  return { tenant, store };
}

/** A telephone that is signed in already. */
function addPhone(
  box: Box,
  { port, ...phone }: Omit<NewPhone, 'ha1'> & { readonly port: number },
  clock: Clock,
): void {
  const { username } = phone;
  // Nobody signs in with it.
  box.phones.add({ ...phone, ha1: '0'.repeat(32) });
  const binding = { contact: `sip:${username}@127.0.0.1:${port}`, flow: `udp/127.0.0.1:${port}` };
  const known = { aor: username, callId: username, cseq: 1, userAgent: null };
  box.phones.bindings.save(username, [{ ...known, ...binding, expiresAtMs: clock.nowMs() + signedInMs }]);
}

const newPractice = (profession: string): NewTenant => ({
  name: `${professionOf(profession).title} on Main Street`,
  timeZone: zone,
  profile: { profession },
});

const copyOf = ({ tenant, profile: { profile } }: Original): NewTenant => ({
  name: tenant.name,
  timeZone: tenant.timeZone,
  language: tenant.language,
  profile: { voice: profile.voice },
});

/** Everything that a publication brings, as it is there. */
function become(store: TenantStore, { profile, playbook }: Original): void {
  const { hours, services, staff } = profile;
  const { voice: _, ...agent } = profile.profile;
  const seen = () => ({ revision: store.agent.revision(), by: null });
  store.agent.save({ ...agent, hours, services, staff, playbook }, seen());
  if (store.agent.draft()) store.agent.publish({ ...seen(), note: null, rehearsal: null });
}

function giveAppointment(
  store: TenantStore,
  { service, at, name, phone }: NonNullable<RehearsalCase['given']['appointments']>[number],
  parts: { readonly clock: Clock; readonly ids: Ids },
): void {
  const { services } = store.profile();
  const offered = services.find((one) => one.name.toLowerCase() === service.toLowerCase());
  if (!offered) throw new VoxboxError('input_invalid', `there is no service called ${service}`);
  const startsAtMs = DateTime.fromISO(at, { zone: store.timeZone }).toMillis();
  bookAppointment(
    store,
    { serviceId: offered.id, startsAtMs, customerName: name, customerPhone: phone, callId: null },
    parts,
  );
}
