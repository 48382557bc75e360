import type { Box, PhoneBinding } from '../store/index.ts';
import type { Ban, DefenceFigures, LineStatus, PhoneLine } from './contract/index.ts';
import type { Serve } from './method-server.ts';

/** What keeps scanners away, as far as the API reads it. */
export interface DefenceView {
  /** Bans in force. */
  list(): Ban[];
  figures(): DefenceFigures;
}

export interface LineStatusParts {
  readonly box: Box;
  readonly nowMs: () => number;
  /** In failover order. */
  readonly lines: () => readonly LineStatus[];
  /** Null where nothing listens: then the bans are those of the store. */
  readonly defence: DefenceView | null;
}

/** How lines and their defence are at present. */
export function serveLineStatus(serve: Serve, { box, nowMs, lines, defence }: LineStatusParts): void {
  serve('line.list', () => ({ lines: [...lines()], phones: phoneLines(box, nowMs()) }));
  serve('defence.read', () => ({
    bans: defence ? defence.list() : box.bans.active(nowMs()),
    figures: defence?.figures() ?? null,
  }));
}

function phoneLines(box: Box, nowMs: number): PhoneLine[] {
  const valid = box.phones.bindings.load().filter(({ expiresAtMs }) => expiresAtMs > nowMs);
  const byPhone = Map.groupBy(valid, ({ aor }) => aor);
  return box.phones.list().map(({ id, tenantId, username, label, extension }) => ({
    ...{ id, tenantId, username, label, extension },
    bindings: (byPhone.get(username) ?? []).map(bindingAnswer),
  }));
}

const bindingAnswer = ({
  contact,
  flow,
  userAgent,
  expiresAtMs,
}: PhoneBinding): PhoneLine['bindings'][number] => ({
  contact,
  flow,
  userAgent,
  expiresAtMs,
});
