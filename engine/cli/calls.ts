import { redact, redactTurns } from '../agent/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import type { CallAnalysis, PrivacyPolicy, Call as StoredCall, TranscriptTurn } from '../store/index.ts';
import type { Command } from './command.ts';
import { chosenTenants, latestOf, type OpenTenant, tenantFlag, withBox } from './data.ts';
import { duration, localTime, printable, table } from './table.ts';

export const callsList: Command = {
  name: 'calls list',
  summary: 'List calls, latest first',
  flags: {
    ...tenantFlag,
    limit: { type: 'string', value: 'COUNT', help: 'at most this many (default: 20)' },
  },
  async run({ config, json, io, text, count }) {
    const limit = count('limit', 20);
    const found = await withBox(config(), { readOnly: true }, (box) =>
      latestOf(chosenTenants(box, text('tenant')), limit, {
        list: (store) => store.calls.list({ limit }),
        atMs: ({ startedAtMs }) => startedAtMs,
      }),
    );
    if (json) {
      const calls = found.map(({ tenant, one: call }) => ({
        tenantId: tenant.id,
        tenant: tenant.slug,
        ...call,
      }));
      io.out(`${JSON.stringify({ calls }, null, 2)}\n`);
    } else {
      io.out(
        table([
          ['STARTED', 'TENANT', 'CALLER', 'NAME', 'OUTCOME', 'TIME', 'ID'],
          ...found.map(({ tenant, one: call }) => [
            localTime(call.startedAtMs, tenant.timeZone),
            tenant.slug,
            call.callerNumber ?? 'withheld',
            call.callerName ?? '-',
            call.outcome ?? call.state,
            talkTime(call),
            call.id,
          ]),
        ]),
      );
    }
    return 0;
  },
};

export const callsShow: Command = {
  name: 'calls show',
  summary: 'Show one call with its transcript',
  operands: '<id>',
  flags: tenantFlag,
  async run({ config, json, io, text, positionals }) {
    const id = positionals[0] ?? '';
    const found = await withBox(config(), { readOnly: true }, (box) => {
      for (const open of chosenTenants(box, text('tenant'))) {
        const call = open.store.calls.find(id);
        if (call) return detail(open, call);
      }
      throw new VoxboxError('not_found', `there is no call ${id}.`);
    });
    io.out(json ? `${JSON.stringify(found, null, 2)}\n` : inWords(found));
    return 0;
  },
};

type Detail = ReturnType<typeof detail>;

const detail = ({ tenant, store }: OpenTenant, call: StoredCall) => ({
  tenant,
  call,
  transcript: masked(store.transcript.list(call.id), store.privacy.policy()),
  understood: store.understood(call.id).map(({ skill, slots }) => ({
    skill,
    slots: maskedSlots(slots, store.privacy.policy()),
  })),
  appointments: store.appointments.ofCall(call.id),
  analysis: store.analyses.find(call.id),
});

/** What the tenant wants masked on screens is masked here too. */
function masked(turns: readonly TranscriptTurn[], { redaction }: PrivacyPolicy): TranscriptTurn[] {
  if (redaction.mode === 'none') return [...turns];
  const texts = new Map(redactTurns(turns, redaction.kinds).map(({ id, text }) => [id, text]));
  return turns.map((turn) => ({ ...turn, text: texts.get(turn.id) ?? turn.text }));
}

const maskedSlots = (
  slots: Readonly<Record<string, string>>,
  { redaction: { mode, kinds } }: PrivacyPolicy,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(slots).map(([slot, value]) => [
      slot,
      mode === 'none' ? value : redact(value, kinds, { asked: slot }).text,
    ]),
  );

/** What was worked out after the call, a line each. */
function analysed(analysis: CallAnalysis | null): string[][] {
  if (!analysis) return [];
  const { summary, sentiment, revenue, extractions, cost, redaction } = analysis;
  const found = (redaction?.found ?? []).map(({ kind, count }) => `${kind} (${count})`).join(', ');
  return [
    ...(summary ? [['Summary', summary.text]] : []),
    ...(sentiment
      ? [['Sentiment', `${sentiment.label} (${sentiment.score})${sentiment.abusive ? ', abusive' : ''}`]]
      : []),
    ...(revenue ?? []).map(({ amountMinor, currency }) => [
      'Revenue (estimate)',
      `${(amountMinor / 100).toFixed(2)} ${currency}`,
    ]),
    ...(extractions ?? []).map(({ label, value, confidence, source }) => [
      label,
      `${value} (${Math.round(confidence * 100)} %, ${source})`,
    ]),
    ...(cost ? [['Cost', `${(cost.totalMicroUsd / 1_000_000).toFixed(4)} USD by list prices`]] : []),
    ...(found === '' ? [] : [['Sensitive', `${found}, ${redaction?.mode ?? ''}`]]),
  ];
}

function inWords({ tenant, call, transcript, understood, appointments, analysis }: Detail): string {
  const { timeZone } = tenant;
  const facts = table([
    ['Call', call.id],
    ['Tenant', `${tenant.name} (${tenant.slug})`],
    ['From', [call.callerNumber ?? 'withheld', call.callerName].filter(Boolean).join(', ')],
    ['To', call.calledNumber],
    ['Started', localTime(call.startedAtMs, timeZone)],
    ['Time', talkTime(call)],
    ['Outcome', call.outcome ?? call.state],
    ...(call.recording ? [['Recording', call.recording]] : []),
    ...understood.map(({ skill, slots }) => [
      `Understood (${skill})`,
      Object.entries(slots)
        .map(([slot, value]) => `${slot}: ${value}`)
        .join(', '),
    ]),
    ...appointments.map((booked) => [
      'Booked',
      `${booked.serviceName} with ${booked.staffName}, ${localTime(booked.startsAtMs, timeZone)}`,
    ]),
    ...analysed(analysis),
  ]);
  return `${facts}\n${transcript.map((turn) => spoken(turn, call)).join('')}`;
}

function spoken(turn: TranscriptTurn, call: StoredCall): string {
  const at = duration(turn.startedAtMs - (call.answeredAtMs ?? call.startedAtMs)).padStart(5);
  return `${at}  ${turn.speaker.padEnd(6)}  ${printable(turn.text)}${turn.interrupted ? ' --' : ''}\n`;
}

const talkTime = ({ answeredAtMs, endedAtMs }: StoredCall): string =>
  answeredAtMs === null || endedAtMs === null ? '-' : duration(endedAtMs - answeredAtMs);
