import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { silenceRecording } from '../call/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import type { Box } from '../store/index.ts';
import { callTable, callZip } from './call-export.ts';
import { createCallListing } from './call-list.ts';
import type { CallActions, CallPlacing } from './call-routes.ts';
import { callAnswer, createCallBook } from './calls.ts';
import type { LineTestParts } from './line.ts';
import type { Serve } from './method-server.ts';
import { sendRecording } from './recording.ts';
import { createWaveforms } from './waveform.ts';

export interface CallHistoryParts {
  readonly box: Box;
  /** Recordings lie here. */
  readonly dataDir: string;
  /** Null for a call that is not in progress, or not answered yet. */
  readonly controls: (callId: string) => CallActions | null;
  /** Rings a phone of the house, and connects it with a number. Calls cannot be placed where it is absent. */
  readonly placing?: CallPlacing | undefined;
  /** By id of a call; null for what is not known any more. */
  readonly ladder?: LineTestParts['ladder'] | undefined;
}

/** Speech begins a little before it is recognised as such, and its last sound fades. */
const marginMs = 600;
/** A call that is hung up is over by then. */
const endingMs = 10_000;

/** The methods of calls as they are looked up, and of what is done with those that are over. */
export function serveCallHistory(serve: Serve, parts: CallHistoryParts): void {
  const { box, dataDir } = parts;
  const listing = createCallListing(box);
  const book = createCallBook(box);
  const waveforms = createWaveforms(dataDir);

  serve('call.list', ({ query, tenants }) => listing.list(query, tenants));
  serve('call.exportList', ({ query, reply }) => {
    const store = box.tenant(query.tenant);
    attach(reply, { type: 'text/csv; charset=utf-8', name: 'calls.csv' });
    return reply.send(Readable.from(callTable(listing.all(query, store), store.timeZone)));
  });
  serve('call.read', ({ id, tenants }) => book.whole(book.find(id, tenants)));
  serve('call.transcript', async ({ id, tenants }) => ({
    transcript: await book.transcript(book.find(id, tenants)),
  }));
  serve('call.extraction', ({ id, tenants }) => book.extraction(book.find(id, tenants)));
  serve('call.recording', ({ id, tenants, reply }) =>
    sendRecording(reply, { dataDir, path: book.recording(book.find(id, tenants)) }),
  );
  serve('call.waveform', ({ id, tenants }) => waveforms.of(book.recording(book.find(id, tenants))));
  serve('call.ladder', ({ id, tenants }) => {
    const found = parts.ladder?.(book.find(id, tenants).call.id);
    if (!found) throw new VoxboxError('not_found', `nothing is known of the messages of ${id}`);
    return found;
  });
  serve('call.export', async ({ id, tenants, reply }) => {
    const found = book.find(id, tenants);
    const path = found.call.recording === null ? null : join(dataDir, found.call.recording);
    // It may have been kept for its time, and no longer.
    const recording = path !== null && (await stat(path).catch(() => null)) ? path : null;
    const whole = await book.whole(found);
    attach(reply, { type: 'application/zip', name: `call-${id}.zip` });
    return reply.send(Readable.from(callZip(whole, { recording })));
  });
  serveChanges(serve, parts);
}

function serveChanges(serve: Serve, { box, dataDir, controls, placing }: CallHistoryParts): void {
  const book = createCallBook(box);
  const remove = async (recording: string | null): Promise<void> => {
    if (recording !== null) await rm(join(dataDir, recording), { force: true });
  };

  serve('call.place', ({ id, body, reply }) => {
    if (box.phones.findByUsername(body.phone)?.tenantId !== id) {
      throw new VoxboxError('transfer_target_unknown', `nobody can be reached as ${body.phone}`);
    }
    if (!placing) throw new VoxboxError('call_worker_unavailable', 'no call can be placed here');
    reply.code(202);
    return placing.place({ tenantId: id, ...body });
  });
  serve('call.complete', async ({ id, tenants, body }) => {
    const { store, call } = book.find(id, tenants);
    if (call.endedAtMs === null) await hungUp(id, { box, controls, placing });
    store.calls.complete(id, body.outcome);
    return { call: callAnswer(store.calls.find(id) ?? call, store.tenantId) };
  });
  serve('call.redact', async ({ id, tenants, body }) => {
    const { store, call } = book.find(id, tenants);
    if ('whole' in body) {
      await remove(store.callErasure.everything(id));
      return { redacted: true } as const;
    }
    // The sound first: what cannot be silenced is told while the words still stand.
    const spans = store.callErasure
      .spansOf(id, body.words)
      .map(({ fromMs, toMs }) => ({ fromMs: Math.max(0, fromMs - marginMs), toMs: toMs + marginMs }));
    if (call.recording !== null) await silenceRecording(join(dataDir, call.recording), spans);
    store.callErasure.words(id, body.words);
    return { redacted: true } as const;
  });
  serve('call.remove', async ({ id, tenants }) => {
    const { store } = book.find(id, tenants);
    await remove(store.callErasure.call(id));
    return { removed: true } as const;
  });
  serve('callNote.add', ({ id, tenants, who, body, reply }) => {
    const { store } = book.find(id, tenants);
    const note = store.callNotes.add(id, {
      text: body.text,
      author: who.kind === 'nobody' ? null : who.name,
    });
    reply.code(201);
    return { note };
  });
  serve('callNote.change', ({ id, query, body }) => ({
    note: box.tenant(query.tenant).callNotes.change(id, body.text),
  }));
  serve('callNote.remove', ({ id, query }) => {
    box.tenant(query.tenant).callNotes.remove(id);
    return { removed: true } as const;
  });
}

/** @throws VoxboxError `not_found` where nobody can end it, `deadline_exceeded` where it does not end */
async function hungUp(
  callId: string,
  { box, controls, placing }: Pick<CallHistoryParts, 'box' | 'controls' | 'placing'>,
): Promise<void> {
  const actions = controls(callId);
  const hangUp = placing?.hangUp(callId) ?? (actions && (() => actions.hangUp()));
  if (!hangUp) throw new VoxboxError('not_found', `call ${callId} is not answered yet`);
  const { promise: over, resolve, reject } = Promise.withResolvers<void>();
  const unlisten = box.onEvent((event) => {
    if (event.type === 'call.ended' && event.callId === callId) resolve();
  });
  const timer = setTimeout(
    () => reject(new VoxboxError('deadline_exceeded', `call ${callId} does not end`)),
    endingMs,
  );
  try {
    await Promise.all([hangUp(), over]);
  } finally {
    clearTimeout(timer);
    unlisten();
  }
}

interface Attachment {
  readonly type: string;
  readonly name: string;
}

/** Personal: no cache keeps it. */
function attach(
  reply: { headers(given: Record<string, string>): unknown },
  { type, name }: Attachment,
): void {
  reply.headers({
    'content-type': type,
    'content-disposition': `attachment; filename="${name.replaceAll(/[^\w.-]/g, '_')}"`,
    'cache-control': 'no-store',
  });
}
