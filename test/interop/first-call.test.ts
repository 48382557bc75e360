import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerNumber, demoNumber, sarahMiller } from '../caller/caller.ts';
import type { AppointmentRow, CallDetail } from '../caller/engine-api.ts';
import { voicedMs } from '../caller/loudness.ts';
import { percentile } from '../caller/percentiles.ts';
import { missingFor, Scene } from '../caller/scene.ts';
import { type SimulatedCallReport, simulateCall } from '../caller/simulated-call.ts';
import { parseWav } from '../caller/wav-file.ts';

const missing = await missingFor({ caller: true });

describe.skipIf(missing)(`a first call books an appointment${missing}`, () => {
  const scene = new Scene();
  let report: SimulatedCallReport;
  let detail: CallDetail;
  let appointments: readonly AppointmentRow[];
  let recording: Buffer;
  let expected: { startsAtMs: number; name: string };

  beforeAll(async () => {
    const engine = await scene.engine();
    expect(engine.trouble).toBeNull();
    const caller = await scene.caller();
    const [tenant] = await engine.api.tenants();
    const persona = sarahMiller({ zone: tenant?.timeZone ?? '' });
    for (const line of persona.usualLines()) await caller.voice.speak(line);
    report = await simulateCall({
      target: `sip:${demoNumber}@${engine.sip.host}:${engine.sip.port}`,
      from: callerNumber,
      persona,
      voice: caller.voice,
      recognise: caller.recognise,
    });
    detail = await engine.api.finishedCall();
    appointments = await engine.api.appointments();
    recording = await engine.api.recording(detail.call.id);
    expected = { startsAtMs: persona.agreedAtMs, name: persona.fullName };
  }, 240_000);

  afterAll(() => scene.end());

  const said = () => report.transcript.map((line) => `${line.speaker}: ${line.text}`).join('\n');

  it('comes to its end by itself', () => {
    expect(report.failure, said()).toBeNull();
  });

  it('leaves exactly one appointment, with the right name, time and number', () => {
    expect(appointments, said()).toHaveLength(1);
    expect(appointments[0], said()).toMatchObject({
      startsAtMs: expected.startsAtMs,
      customerPhone: callerNumber,
      status: 'booked',
      callId: detail.call.id,
    });
    expect(appointments[0]?.customerName.toLowerCase()).toBe(expected.name.toLowerCase());
  });

  it('leaves a transcript of both sides in order', () => {
    expect(detail.call).toMatchObject({
      callerNumber,
      calledNumber: demoNumber,
      state: 'ended',
      outcome: 'booked',
    });
    expect(detail.transcript[0]?.speaker).toBe('agent');
    const positions = detail.transcript.map((turn) => turn.position);
    expect(positions).toEqual(positions.map((_, index) => index));
    const caller = detail.transcript.filter((turn) => turn.speaker === 'caller');
    expect(caller.map((turn) => turn.text.toLowerCase()).join(' ')).toContain('miller');
    expect(caller.every((turn) => (turn.confidence ?? 0) > 0)).toBe(true);
  });

  it('leaves a stereo recording with a voice on each side', () => {
    const { channels, sampleRateHz } = parseWav(recording);
    expect(channels).toHaveLength(2);
    for (const channel of channels) expect(voicedMs(channel, sampleRateHz)).toBeGreaterThan(3000);
    const callMs = (detail.call.endedAtMs ?? 0) - (detail.call.answeredAtMs ?? 0);
    expect(((channels[0]?.length ?? 0) / sampleRateHz) * 1000).toBeGreaterThan(callMs * 0.9);
  });

  it('is answered and greeted at once, and answers without a long wait', () => {
    expect(report.answeredMs).toBeLessThan(1000);
    expect(report.firstGreetingMs ?? Number.POSITIVE_INFINITY).toBeLessThan(1500);
    const latencies = report.turns.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]));
    expect(latencies.length).toBeGreaterThan(3);
    // Generous, for machines that do other work; the limits are held by the benchmark.
    expect(percentile(latencies, 50) ?? Number.POSITIVE_INFINITY).toBeLessThan(1500);
  });
});
