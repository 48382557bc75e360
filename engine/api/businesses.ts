import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { DateTime } from 'luxon';
import type { z } from 'zod';
import { type Clock, VoxboxError } from '../foundation/index.ts';
import { type Box, likeTenant, type NewTenant, type Tenant as StoredTenant } from '../store/index.ts';
import { inviteMember, type Who } from './access/index.ts';
import { tenantAnswer } from './answers.ts';
import { csvCell } from './call-export.ts';
import {
  type Access,
  allows,
  type Branding,
  type Business,
  type methods,
  type OwnBranding,
} from './contract/index.ts';
import type { Serve } from './method-server.ts';

export interface BusinessParts {
  readonly box: Box;
  readonly clock: Clock;
}

const dayMs = 86_400_000;
const rememberedFailuresMs = 30 * dayMs;
const mostAlerts = 500;
const longestUsageMs = 400 * dayMs;

/** All businesses of a reseller at a glance: figures, and no word of a caller. */
export function serveBusinesses(serve: Serve, parts: BusinessParts): void {
  const { box } = parts;
  const known = (id: string): StoredTenant => {
    const tenant = box.tenants.find(id);
    if (!tenant) throw new VoxboxError('tenant_unknown', `there is no tenant ${id}`);
    return tenant;
  };

  serve('tenant.create', ({ body: { ownerEmail, like, ...business }, who, reply }) => {
    if (like !== undefined && !allows(likeAccess, who.rights, like)) {
      throw new VoxboxError('not_found', `there is no tenant ${like}`);
    }
    let link: { readonly token: string; readonly expiresAtMs: number } | null = null;
    const made = box.tenants.create(newTenantOf(box, business, like), ({ id }) => {
      if (who.rights?.boxRole === 'reseller') box.resellers.assign(id, who.id);
      if (ownerEmail === undefined) return;
      const invited = inviteMember(box, { tenantId: id, email: ownerEmail, role: 'owner' });
      link = { token: invited.token, expiresAtMs: invited.link.expiresAtMs };
    });
    reply.code(201);
    return { tenant: tenantAnswer(box, made), link };
  });
  serve('tenant.export', async ({ id, body: { passphrase }, reply }) => {
    const { slug } = known(id);
    const pieces = box.tenants.archive(id, passphrase);
    // The first one comes once the file is copied: where that fails it is said, in place of a file that breaks off.
    const first = await pieces.next();
    reply.headers({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${slug}.voxbox"`,
      'cache-control': 'no-store',
    });
    return reply.send(Readable.from(after(first.value, pieces)));
  });
  serve('tenant.remove', ({ id, query: { slug } }) => removeTenant(box, id, slug));
  serve('business.list', async ({ tenants }) => {
    const businesses: Business[] = [];
    for (const id of tenants) {
      businesses.push(glance(known(id), parts));
      await nextTurn();
    }
    return { businesses };
  });
  serve('business.change', ({ id, body: { status } }) => {
    box.tenants.setStatus(id, status);
    return { tenant: tenantAnswer(box, known(id)) };
  });
  serve('business.usage', async ({ query, tenants, reply }) => {
    if (query.to - query.from > longestUsageMs) {
      throw new VoxboxError('input_invalid', 'to: at most 400 days after from');
    }
    const rows = ['business,slug,status,calls,minutes,booked'];
    for (const id of tenants) rows.push(await usageOf(known(id), query, box));
    reply.headers({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="usage.csv"',
      'cache-control': 'no-store',
    });
    // The mark tells a spreadsheet that it is UTF-8.
    return reply.send(`\ufeff${rows.join('\r\n')}\r\n`);
  });
  serveBranding(serve, box);
}

async function* after(first: Buffer, others: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* others;
}

/** @throws VoxboxError `input_invalid` where another slug was typed, or it is in use */
export async function removeTenant(
  box: Box,
  id: string,
  typed: string,
): Promise<z.output<(typeof methods)['tenant.remove']['answer']>> {
  const slug = box.tenants.find(id)?.slug;
  if (typed !== slug)
    throw new VoxboxError('input_invalid', `slug: must be ${slug}, so that it is no mistake`);
  const { keyFingerprint, ...removed } = await box.tenants.remove(id);
  return { destroyedKey: { id: keyFingerprint }, removed };
}

/** Whose agent a new business may begin with: its reseller never hears a conversation by it. */
const likeAccess = { who: 'admin', also: 'reseller', tenant: 'body' } as const satisfies Access;

/** @throws VoxboxError `tenant_unknown` */
export function newTenantOf(box: Box, business: NewTenant, like: string | undefined): NewTenant {
  if (like === undefined) return business;
  const model = box.tenants.find(like);
  if (!model) throw new VoxboxError('tenant_unknown', `there is no tenant ${like}`);
  return { ...likeTenant(model, box.tenant(like), business.name.trim()), ...business };
}

function glance(tenant: StoredTenant, { box, clock }: BusinessParts): Business {
  const { callSearch, submissions } = box.tenant(tenant.id);
  const nowMs = clock.nowMs();
  const fromMs = DateTime.fromMillis(nowMs, { zone: tenant.timeZone }).startOf('day').toMillis();
  const today = { fromMs, toMs: nowMs + 1 };
  const recently = { fromMs: nowMs - rememberedFailuresMs, toMs: nowMs + 1, status: 'failed' } as const;
  const urgent = submissions.list({ status: 'open', limit: mostAlerts }).filter((one) => one.urgent);
  const resellerId = box.resellers.ofTenant(tenant.id);
  return {
    tenant: tenantAnswer(box, tenant),
    callsToday: callSearch.count(today),
    bookedToday: callSearch.count({ ...today, booked: true }),
    openAlerts: urgent.length + callSearch.count({ ...today, status: 'failed' }),
    lastFailureAtMs: callSearch.page(recently, { limit: 1, offset: 0 })[0]?.startedAtMs ?? null,
    reseller: resellerId === null ? null : (box.users.find(resellerId)?.name ?? null),
  };
}

/** A day at a time: the count of a year must not hold up the calls. */
async function usageOf(
  { id, name, slug, status }: StoredTenant,
  { from, to }: { readonly from: number; readonly to: number },
  box: Box,
): Promise<string> {
  const { analytics } = box.tenant(id);
  let [calls, talkMs, booked] = [0, 0, 0];
  for (let fromMs = from; fromMs < to; fromMs += dayMs) {
    for (const group of analytics.tally(fromMs, Math.min(to, fromMs + dayMs)).calls) {
      calls += group.calls;
      talkMs += group.talkMs;
      if (group.outcome === 'booked') booked += group.calls;
    }
    await nextTurn();
  }
  const values = [name, slug, status, String(calls), (talkMs / 60_000).toFixed(1), String(booked)];
  return values.map(csvCell).join(',');
}

/** What a reseller's businesses see in place of the product's own name. */
function serveBranding(serve: Serve, box: Box): void {
  const ownBrandingOf = (resellerId: string): OwnBranding | null => {
    const branding = box.resellers.branding(resellerId);
    return branding && { ...branding, hasLogo: box.resellers.logo(resellerId) !== null };
  };
  const brandingOf = (resellerId: string | null): Branding | null => {
    const branding = resellerId === null ? null : ownBrandingOf(resellerId);
    if (!branding) return null;
    const { slug: _, ...shown } = branding;
    return shown;
  };
  const sendLogo = (resellerId: string | null, reply: FastifyReply): FastifyReply => {
    const logo = resellerId === null ? null : box.resellers.logo(resellerId);
    if (!logo) throw new VoxboxError('not_found', 'there is no logo');
    return reply.header('cache-control', 'private, max-age=300').type(logo.type).send(logo.bytes);
  };
  const own = ({ kind, id }: Who): string => {
    if (kind !== 'user' || id === null || !box.users.find(id)) {
      throw new VoxboxError('not_allowed', 'only a user has a branding');
    }
    return id;
  };

  serve('branding.read', ({ id }) => ({ branding: brandingOf(box.resellers.ofTenant(id)) }));
  serve('branding.logo', ({ id, reply }) => sendLogo(box.resellers.ofTenant(id), reply));
  serve('branding.ofSlug', ({ id }) => ({ branding: brandingOf(box.resellers.ofSlug(id)) }));
  serve('branding.logoOfSlug', ({ id, reply }) => sendLogo(box.resellers.ofSlug(id), reply));
  serve('branding.own', ({ who }) => ({ branding: ownBrandingOf(own(who)) }));
  serve('branding.set', ({ who, body }) => {
    box.resellers.setBranding(own(who), body);
    return { branding: ownBrandingOf(own(who)) };
  });
  serve('branding.setLogo', ({ who, file, reply }) => {
    const type = reply.request.headers['content-type'] ?? '';
    box.resellers.setLogo(own(who), file.length === 0 ? null : { bytes: file, type });
    return { branding: ownBrandingOf(own(who)) };
  });
}
