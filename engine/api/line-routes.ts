import type { Lines } from './lines.ts';
import type { Serve } from './method-server.ts';

/** The methods of trunks, phones and who is put through where. */
export function serveLines(serve: Serve, lines: Lines): void {
  serve('trunk.list', () => lines.trunks());
  serve('trunk.presets', () => lines.presets());
  serve('trunk.read', ({ id }) => lines.trunk(id));
  serve('trunk.create', ({ body, reply }) => {
    const answer = lines.createTrunk(body);
    reply.code(201);
    return answer;
  });
  serve('trunk.change', ({ id, body }) => lines.changeTrunk(id, body));
  serve('trunk.remove', ({ id }) => lines.removeTrunk(id));

  serve('phone.list', ({ tenants }) => ({ phones: tenants.flatMap((id) => lines.phones(id).phones) }));
  serve('phone.create', ({ body, reply }) => {
    const answer = lines.createPhone(body);
    reply.code(201);
    return answer;
  });
  serve('phone.remove', ({ id }) => lines.removePhone(id));

  serve('ringGroup.list', ({ tenants }) => ({
    ringGroups: tenants.flatMap((id) => lines.ringGroups(id).ringGroups),
  }));
  serve('ringGroup.create', ({ body, reply }) => {
    const answer = lines.createRingGroup(body);
    reply.code(201);
    return answer;
  });
  serve('ringGroup.change', ({ id, body }) => lines.changeRingGroup(id, body));
  serve('ringGroup.remove', ({ id }) => lines.removeRingGroup(id));

  serve('transferTarget.list', ({ tenants }) => ({
    transferTargets: tenants.flatMap((id) => lines.transferTargets(id).transferTargets),
  }));
  serve('transferTarget.create', ({ body, reply }) => {
    const answer = lines.createTransferTarget(body);
    reply.code(201);
    return answer;
  });
  serve('transferTarget.change', ({ id, body }) => lines.changeTransferTarget(id, body));
  serve('transferTarget.remove', ({ id }) => lines.removeTransferTarget(id));

  serve('ban.list', () => lines.bans());
  serve('ban.lift', ({ id }) => lines.liftBan(id));
  serve('outbound.read', ({ id }) => lines.outbound(id));
  serve('outbound.set', ({ id, body }) => lines.setOutbound(id, body));
  serve('overflow.read', ({ id }) => lines.overflow(id));
  serve('overflow.set', ({ id, body }) => lines.setOverflow(id, body));
  serve('closed.read', ({ id }) => lines.closed(id));
  serve('closed.set', ({ id, body }) => lines.setClosed(id, body));
}
