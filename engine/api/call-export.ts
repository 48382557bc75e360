import { createReadStream } from 'node:fs';
import type { CallLine, CallWhole } from './contract/index.ts';
import { zipOf } from './zip.ts';

const head = [
  'started',
  'direction',
  'number',
  'name',
  'called',
  'outcome',
  'seconds',
  'booked',
  'recorded',
  'summary',
  'cost_usd',
  'id',
];

/** The list as CSV (RFC 4180), piece by piece; times in the business's zone. */
export async function* callTable(
  pieces: AsyncIterable<readonly CallLine[]>,
  timeZone: string,
): AsyncGenerator<string> {
  const local = localTimes(timeZone);
  // The mark tells a spreadsheet that it is UTF-8.
  yield `\ufeff${head.join(',')}\r\n`;
  for await (const calls of pieces) {
    yield calls.map((call) => `${rowOf(call, local).map(csvCell).join(',')}\r\n`).join('');
  }
}

const rowOf = (call: CallLine, local: (atMs: number) => string): readonly string[] => {
  const outward = call.direction === 'outbound';
  const talkedMs =
    call.answeredAtMs === null || call.endedAtMs === null ? 0 : call.endedAtMs - call.answeredAtMs;
  return [
    local(call.startedAtMs),
    call.direction,
    (outward ? call.calledNumber : call.callerNumber) ?? '',
    call.callerName ?? '',
    outward ? (call.callerNumber ?? '') : call.calledNumber,
    call.outcome ?? call.state,
    String(Math.round(talkedMs / 1000)),
    call.booked ? 'yes' : 'no',
    call.hasRecording ? 'yes' : 'no',
    call.summary ?? '',
    call.costMicroUsd === null ? '' : (call.costMicroUsd / 1_000_000).toFixed(4),
    call.id,
  ];
};

/** What a caller said must not be run as a formula by a spreadsheet; a number may begin with its plus. */
export function csvCell(value: string): string {
  const tame = /^[=@\t\r]|^[+-](?![\d]+$)/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}

/** `2026-03-10 11:20:05` in a zone. */
function localTimes(timeZone: string): (atMs: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return (atMs) => format.format(atMs);
}

/** A call as a ZIP file, piece by piece. */
export function callZip(
  call: CallWhole,
  { recording }: { readonly recording: string | null },
): AsyncGenerator<Buffer> {
  const text = (written: string): readonly Buffer[] => [Buffer.from(written)];
  return zipOf([
    { name: 'call.json', bytes: text(`${JSON.stringify(call, null, 2)}\n`) },
    { name: 'transcript.txt', bytes: text(transcriptText(call)) },
    ...(recording === null ? [] : [{ name: 'recording.wav', bytes: createReadStream(recording) }]),
  ]);
}

function transcriptText({ call, transcript }: CallWhole): string {
  const zeroMs = call.answeredAtMs ?? call.startedAtMs;
  const lines = transcript.map(({ startedAtMs, speaker, text }) => {
    const seconds = Math.max(0, Math.round((startedAtMs - zeroMs) / 1000));
    const at = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    return `${at.padStart(6)}  ${speaker}: ${text}\n`;
  });
  return lines.join('');
}
