/**
 * `npm run demo`: starts a real engine, lets a simulated caller ring it over SIP and RTP and book an
 * appointment, reads the appointment back from the database, and says how fast it all went.
 *
 * Exit status 0 only when the appointment is in the calendar with the right name and time.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DateTime } from 'luxon';
import { z } from 'zod';
import { callerNumber, demoNumber, openCaller, sarahMiller } from '../caller/caller.ts';
import { EngineApi } from '../caller/engine-api.ts';
import { runVoxbox, startEngineProcess } from '../caller/engine-process.ts';
import { percentile } from '../caller/percentiles.ts';
import { type Line, type SimulatedCallReport, simulateCall } from '../caller/simulated-call.ts';

const help = `Usage: npm run demo -- [--json] [--keep] [--when 2030-01-15T10:00] [--voice kokoro|espeak]
  --json   one JSON document on standard output, everything else on standard error
  --keep   keep the data directory (database, recording, log) and say where it is
  --when   the time that the caller wants, in the zone of the practice
  --voice  the caller's voice
`;

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    when: { type: 'string' },
    voice: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const tell = (text: string): void => {
  (flags.json ? process.stderr : process.stdout).write(`${text}\n`);
};
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function tellLine(line: Line): void {
  const who = line.speaker === 'caller' ? 'caller' : 'agent ';
  const latency = line.latencyMs === null ? '' : `   [answered after ${Math.round(line.latencyMs)} ms]`;
  tell(`${seconds(line.atMs).padStart(7)}  ${who}  ${line.text}${latency}`);
}

/** Time over which the demo as a whole is given up. */
const mostMs = 8 * 60_000;

async function main(): Promise<number> {
  if (flags.help) {
    process.stdout.write(help);
    return 0;
  }
  const { voice } = flags;
  if (voice !== undefined && voice !== 'kokoro' && voice !== 'espeak') {
    process.stderr.write(help);
    return 2;
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'voxbox-demo-'));
  const undo: (() => unknown)[] = [];
  if (!flags.keep) undo.push(() => rmSync(dataDir, { recursive: true, force: true }));
  try {
    tell('Starting the engine ...');
    const engine = await startEngineProcess({ dataDir });
    undo.push(() => engine.stop());
    if (engine.trouble !== null) throw new Error(`The engine takes no calls: ${engine.trouble}`);
    const api = new EngineApi(engine);
    const tenant = (await api.tenants()).find(({ numbers }) =>
      numbers.some(({ number }) => number === demoNumber),
    );
    if (!tenant) throw new Error(`Nobody has the number ${demoNumber}`);

    tell('Getting the caller ready ...');
    const caller = await openCaller({ voice });
    undo.push(() => caller.close());
    const persona = sarahMiller({ zone: tenant.timeZone, when: flags.when });
    for (const line of persona.usualLines()) await caller.voice.speak(line);

    const target = `sip:${demoNumber}@${engine.sip.host}:${engine.sip.port}`;
    tell(`${persona.fullName} (${caller.voice.name}) calls ${tenant.name}: ${target}\n`);
    const report = await simulateCall({
      target,
      from: callerNumber,
      persona,
      voice: caller.voice,
      recognise: caller.recognise,
      onLine: tellLine,
    });
    const detail = await api.finishedCall();
    tell('\nWhat the box heard:');
    for (const turn of detail.transcript) {
      if (turn.speaker === 'caller') tell(`         ${turn.text}  (${turn.confidence?.toFixed(2) ?? '-'})`);
    }
    // Read anew from the database by another process, for this very call, not from what was said.
    const stored = await readBack(dataDir);
    const appointment = stored.appointments.find(({ callId }) => callId === detail.call.id) ?? null;
    const recording = stored.calls.find(({ id }) => id === detail.call.id)?.recording ?? null;
    const right =
      appointment !== null &&
      appointment.status === 'booked' &&
      appointment.startsAtMs === persona.agreedAtMs &&
      appointment.customerName.toLowerCase() === persona.fullName.toLowerCase();
    const localTime = (ms: number) =>
      DateTime.fromMillis(ms, { zone: tenant.timeZone })
        .setLocale('en-US')
        .toFormat('cccc, d LLLL yyyy, h:mm a');
    tellResult({ report, right, expected: `${persona.fullName}, ${localTime(persona.agreedAtMs)}` });
    if (appointment) {
      tell(
        `Booked    ${appointment.serviceName} for ${appointment.customerName} (${appointment.customerPhone}) ` +
          `with ${appointment.staffName}, ${localTime(appointment.startsAtMs)}`,
      );
    }
    if (flags.keep) tell(`Kept      ${dataDir}`);
    if (flags.json) {
      const document = {
        ok: right,
        answeredMs: Math.round(report.answeredMs),
        firstGreetingMs: report.firstGreetingMs === null ? null : Math.round(report.firstGreetingMs),
        turns: report.turns,
        latency: latencyOf(report),
        rtpGapP99Ms: percentile(report.rtp.gapsMs, 99),
        appointment,
        transcript: detail.transcript.map(({ speaker, text, confidence, latency }) => ({
          speaker,
          text,
          confidence,
          latencyMs: latency?.totalMs ?? null,
        })),
        recording: recording !== null && flags.keep ? join(dataDir, recording) : recording,
        failure: report.failure,
      };
      process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    }
    return right ? 0 : 1;
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

const storedAppointment = z.object({
  serviceName: z.string(),
  staffName: z.string(),
  startsAtMs: z.number(),
  endsAtMs: z.number(),
  customerName: z.string(),
  customerPhone: z.string(),
  status: z.string(),
  callId: z.string().nullable(),
});
const storedCall = z.object({ id: z.string(), recording: z.string().nullable() });

async function readBack(dataDir: string) {
  const list = async (noun: string): Promise<unknown> => {
    const { code, stdout, stderr } = await runVoxbox([noun, 'list', '--json', '--data', dataDir]);
    if (code !== 0) throw new Error(`voxbox ${noun} list ended with ${code}: ${stderr}`);
    return JSON.parse(stdout);
  };
  const { appointments } = z
    .object({ appointments: z.array(storedAppointment) })
    .parse(await list('appointments'));
  const { calls } = z.object({ calls: z.array(storedCall) }).parse(await list('calls'));
  return { appointments, calls };
}

function latencyOf(report: SimulatedCallReport): { p50: number | null; p95: number | null; turns: number } {
  const values = report.turns.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]));
  return { p50: percentile(values, 50), p95: percentile(values, 95), turns: values.length };
}

function tellResult(result: { report: SimulatedCallReport; right: boolean; expected: string }): void {
  const { report, right, expected } = result;
  const { p50, p95, turns } = latencyOf(report);
  tell(`\nAnswered  ${Math.round(report.answeredMs)} ms after the INVITE`);
  tell(
    report.firstGreetingMs === null
      ? 'Greeting  nothing was heard'
      : `Greeting  ${Math.round(report.firstGreetingMs)} ms after the ACK`,
  );
  tell(
    `Latency   p50 ${p50} ms, p95 ${p95} ms over ${turns} turns (caller's last word to the agent's first, at the wire)`,
  );
  tell(`RTP       99 % of the gaps between packets at most ${percentile(report.rtp.gapsMs, 99)} ms`);
  if (report.failure !== null) tell(`Failed    ${report.failure}`);
  tell(right ? 'Result    the appointment is in the calendar' : `Result    NOT in the calendar: ${expected}`);
}

const watchdog = setTimeout(() => {
  process.stderr.write(`The demo took longer than ${mostMs / 60_000} minutes.\n`);
  process.exit(1);
}, mostMs);
watchdog.unref();

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
