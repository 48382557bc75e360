import {
  type BookedAppointment,
  callerContextOf,
  type FoundAppointment,
  type SubmissionRequest,
} from '../agent/index.ts';
import {
  type BookingRequest,
  bookAppointment,
  cancelAppointment,
  findAppointments,
  findOpenings,
  holdOpening,
  rescheduleAppointment,
} from '../calendar/index.ts';
import type { Clock, Ids, Log } from '../foundation/index.ts';
import { toErrorShape, VoxboxError } from '../foundation/index.ts';
import { answer } from '../knowledge/index.ts';
import { type Appointment, mailAddress, type TenantStore } from '../store/index.ts';
import type { ToEngineTool, ToolResult } from './messages.ts';
import type { CallMessage, CallWorker } from './worker-client.ts';

/** Unit-length vectors, one for each text. */
export type EmbedTexts = (texts: readonly string[]) => Promise<readonly Float32Array[]>;

export interface ToolParts {
  readonly worker: CallWorker;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** For answers from documents; rejects while the models are not there. */
  readonly embed: EmbedTexts;
  /** What runs them, in place of `runTool`. */
  readonly run?: typeof runTool;
}

/** Runs one tool of the agent: validated arguments, one domain function, one transaction. */
export async function answerTool(
  { callId, request, tool }: Extract<CallMessage, { kind: 'tool' }>,
  store: TenantStore,
  parts: ToolParts,
): Promise<void> {
  const { worker, log, run = runTool } = parts;
  try {
    worker.toolDone(callId, request, await run(tool, store, { ...parts, callId }));
  } catch (error) {
    log.warn({ err: error, tool: tool.name }, 'a tool failed');
    worker.toolFailed(callId, request, toErrorShape(error, 'input_invalid'));
  }
}

export interface RunToolParts extends Pick<ToolParts, 'clock' | 'ids' | 'embed'> {
  /** The call that asks: what it does is its own, and done once. */
  readonly callId: string;
}

/** @throws VoxboxError of the domain function */
export async function runTool(
  tool: ToEngineTool,
  store: TenantStore,
  { callId, clock, ids, embed }: RunToolParts,
): Promise<ToolResult> {
  switch (tool.name) {
    case 'findOpenings':
      return { name: tool.name, value: findOpenings(store, { ...tool.args, callId }, clock) };
    case 'hold': {
      const request = { ...tool.args, callId, usualStaffId: usualStaffOf(callId, store) };
      return { name: tool.name, value: holdOpening(store, request, { clock, ids }) };
    }
    case 'book': {
      const usualStaffId = usualStaffOf(callId, store);
      const request = { ...tool.args, ...addressIn(tool.args.details, store), callId, usualStaffId };
      const booked = bookAppointment(store, request, { clock, ids });
      return { name: tool.name, value: spoken(booked) };
    }
    case 'findAppointments':
      return { name: tool.name, value: findAppointments(store, tool.args, clock).map(spoken) };
    case 'reschedule': {
      const moved = rescheduleAppointment(store, { ...tool.args, callId }, { clock, ids });
      return { name: tool.name, value: spoken(moved) };
    }
    case 'cancel': {
      const cancelled = cancelAppointment(store, { ...tool.args, callId }, { clock });
      return { name: tool.name, value: spoken(cancelled) };
    }
    case 'submit':
      return { name: tool.name, value: submit(store, tool.args, { callId, clock, ids }) };
    case 'lookUp': {
      const { question, keep } = tool.args;
      const found = await answer(question, { store, embed, clock, ids }, keep ? { callId } : {});
      if (!found) return { name: tool.name, value: null };
      const { text, passages } = found;
      const [best] = passages;
      // What an answer was made of stands in the record of its call.
      store.slotsUnderstood(callId, 'knowledge', {
        ...{ question, answer: text },
        ...(best ? { source: best.sourceName, passage: best.passageId } : {}),
      });
      return { name: tool.name, value: { text, passageIds: passages.map(({ passageId }) => passageId) } };
    }
    case 'doNotCall': {
      store.doNotCall.add(tool.args.number, callId);
      return { name: tool.name, value: { number: tool.args.number } };
    }
  }
}

/** Whom the caller is used to, as far as they are remembered. */
const usualStaffOf = (callId: string, store: TenantStore): string | null =>
  callerContextOf(store, store.calls.find(callId)?.callerNumber ?? null).preferences.staffId;

/** The e-mail address, where the business asks for one: invitations and reminders go there. */
function addressIn(
  details: Readonly<Record<string, string>> = {},
  store: TenantStore,
): Pick<BookingRequest, 'customerEmail' | 'details'> {
  const label = store.playbook().bookingSlots.find(({ kind }) => kind === 'email')?.label ?? '';
  const { [label]: customerEmail = null, ...rest } = details;
  return mailAddress.safeParse(customerEmail).success ? { customerEmail, details: rest } : {};
}

/** What an agent may know of an appointment. */
const spoken = ({
  id,
  serviceId,
  serviceName,
  startsAtMs,
  endsAtMs,
  staffName,
  status,
}: Appointment): BookedAppointment & FoundAppointment => ({
  ...{ id, serviceId, serviceName, startsAtMs, endsAtMs, staffName },
  ...(status === 'draft' ? { awaitsApproval: true } : {}),
});

/**
 * Keeps what a skill has taken down. A call that asks twice for the same gets what it has.
 *
 * @throws VoxboxError `not_found` for a skill that the business does not have, `input_invalid`
 */
function submit(
  store: TenantStore,
  request: SubmissionRequest,
  { callId, clock, ids }: Pick<RunToolParts, 'callId' | 'clock' | 'ids'>,
): { id: string } {
  const { skills, menu } = store.playbook();
  const skill = skills.find(({ id }) => id === request.skillId);
  if (!skill) throw new VoxboxError('not_found', `there is no skill ${request.skillId}`);
  if (request.fields.some(({ value }) => value.length > 2_000))
    throw new VoxboxError('input_invalid', 'fields: a value is too long');
  return store.transaction(() => {
    const fields = JSON.stringify(request.fields);
    const already = store.submissions
      .ofCall(callId)
      .find((kept) => kept.skill === skill.id && JSON.stringify(kept.fields) === fields);
    if (already) return { id: already.id };
    const id = ids.uuid();
    const { customerName, customerPhone, urgent, totalMinor } = request;
    store.submissions.insert({
      ...{ id, skill: skill.id, kind: skill.kind, title: skill.title, callId, customerName, customerPhone },
      ...{ urgent, fields: request.fields, totalMinor, status: 'open', createdAtMs: clock.nowMs() },
      currency: totalMinor === null ? null : (menu[0]?.currency ?? null),
    });
    return { id };
  });
}
