import { DateTime } from 'luxon';
import { afterAll, describe, expect, it } from 'vitest';
import { callerNumber, demoNumber, sarahMiller } from '../caller/caller.ts';
import { missingFor, Scene } from '../caller/scene.ts';
import { simulateCall } from '../caller/simulated-call.ts';

const missing = await missingFor({ caller: true });

describe.skipIf(missing)(`a caller whose time is not to be had${missing}`, () => {
  const scene = new Scene();
  afterAll(() => scene.end());

  it('is offered another one, and that one is booked', async () => {
    const engine = await scene.engine();
    const caller = await scene.caller();
    const [tenant] = await engine.api.tenants();
    const zone = tenant?.timeZone ?? '';
    // The practice is closed on Sundays.
    const sunday = DateTime.now().setZone(zone).plus({ weeks: 1 }).endOf('week').set({ hour: 10, minute: 0 });
    const persona = sarahMiller({ zone, when: sunday.toFormat("yyyy-MM-dd'T'HH:mm") });
    for (const line of persona.usualLines()) await caller.voice.speak(line);
    const report = await simulateCall({
      target: `sip:${demoNumber}@${engine.sip.host}:${engine.sip.port}`,
      from: callerNumber,
      persona,
      voice: caller.voice,
      recognise: caller.recognise,
    });
    const said = report.transcript.map((line) => `${line.speaker}: ${line.text}`).join('\n');
    expect(report.failure, said).toBeNull();
    const appointments = await engine.api.appointments();
    expect(appointments, said).toHaveLength(1);
    expect(DateTime.fromMillis(persona.agreedAtMs, { zone }).weekday, said).not.toBe(7);
    expect(appointments[0]?.startsAtMs, said).toBe(persona.agreedAtMs);
    expect(appointments[0]?.customerName.toLowerCase(), said).toBe('sarah miller');
  }, 240_000);
});
