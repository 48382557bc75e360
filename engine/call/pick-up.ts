import type { Log } from '../foundation/index.ts';
import type { Invitation, SrfRequest, SrfResponse } from '../sip/index.ts';
import type { Phone } from '../store/index.ts';
import { houseTerms, LineLeg } from './line-leg.ts';
import type { OutboundParts } from './outbound-leg.ts';
import { placedLeg } from './placed-leg.ts';
import { codeOf, refuse } from './refusal.ts';
import type { CallRegistry } from './registry.ts';

/**
 * INVITE with Replaces (RFC 3891): a phone takes the place of somebody who is talking, with their consent,
 * since nobody else knows the tags of that dialog.
 */
export async function pickUp(
  request: {
    readonly req: SrfRequest;
    readonly res: SrfResponse;
    readonly invitation: Invitation;
    readonly phone: Phone;
    readonly log: Log;
  },
  parts: OutboundParts & { readonly registry: CallRegistry },
): Promise<void> {
  const { req, res, invitation, phone, log } = request;
  const { offer, replaces, source } = invitation;
  const found = replaces && parts.registry.conversationOf(replaces, phone.tenantId);
  if (!found) return void res.send(481);
  // RFC 3891 §3: it was to be picked up only while it still rang.
  if (replaces.earlyOnly) return void res.send(486);
  const { talk, end, isOfPeople } = found;
  // Nobody takes the place of whoever the box answers.
  if (end === 'caller' && !isOfPeople) return void res.send(603);
  const { worker, ids, mediaHost, externalAddress, clock, random } = parts;
  const { promise: gone, resolve: tellGone } = Promise.withResolvers<void>();
  const leg = new LineLeg({
    ...{ callId: talk.callId, worker, mediaHost, externalAddress, clock, log, random },
    ...{ id: ids.uuid(), terms: houseTerms, credentials: null, recordingPath: null },
    onHeld: () => {},
    onGone: tellGone,
  });
  const target = { kind: 'phone', username: phone.username } as const;
  const placed = placedLeg({ leg, gone, worker, target, mayRefer: true });
  let isCancelled = false;
  req.on('cancel', () => {
    isCancelled = true;
  });
  try {
    await leg.open(source.address);
    const localSdp = offer === '' ? leg.offer() : await leg.answer(offer);
    if (isCancelled) return await placed.release();
    leg.attach(await parts.srf.createUAS(req, res, { localSdp }));
    const others = talk.othersThan(end);
    await talk.join(placed);
    await Promise.all(others.map((other) => other.music(false)));
    await talk.dismiss(end);
    log.info({ phone: phone.username }, 'a phone took over a call');
  } catch (error) {
    await placed.release();
    if (!res.finalResponseSent) refuse(res, codeOf(error), log);
    else log.warn({ err: error }, 'a phone could not take over a call');
  }
}
