import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { methods, type ProviderChains, type ProviderKind } from '../../engine/api/contract/index.ts';
import { FakeOpenAi } from '../../engine/llm/index.ts';
import { FakeDeepgram, FakeVoiceService } from '../../engine/speech/index.ts';
import { callerNumber, demoNumber, sarahMiller } from '../caller/caller.ts';
import type { AppointmentRow, CallDetail } from '../caller/engine-api.ts';
import { missingFor, Scene } from '../caller/scene.ts';
import { type SimulatedCallReport, simulateCall } from '../caller/simulated-call.ts';

const missing = await missingFor({ caller: true });

describe.skipIf(missing)(
  `a call in which every service hangs books an appointment all the same${missing}`,
  () => {
    const scene = new Scene();
    const [deepgram, cartesia, openai] = [new FakeDeepgram(), new FakeVoiceService(), new FakeOpenAi()];
    let report: SimulatedCallReport;
    let detail: CallDetail;
    let appointments: readonly AppointmentRow[];
    let chains: ProviderChains;

    beforeAll(async () => {
      const [sttUrl, ttsUrl, llmUrl] = await Promise.all([
        deepgram.start(),
        cartesia.start(),
        openai.start(),
      ]);
      scene.after(() => Promise.all([deepgram.stop(), cartesia.stop(), openai.stop()]));
      deepgram.fault = 'mute';
      cartesia.fault = 'hang';
      openai.fault = 'hang';
      const engine = await scene.engine();
      const [tenant] = await engine.api.tenants();
      const path = `/api/v1/tenants/${tenant?.id}/providers`;
      const put = async (kind: ProviderKind, first: object): Promise<void> => {
        const response = await engine.api.request(path, {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ kind, chain: [{ key: 'k', ...first }, { provider: 'local' }] }),
        });
        expect(response.status).toBe(200);
      };
      await put('stt', { provider: 'deepgram', baseUrl: sttUrl });
      await put('tts', { provider: 'cartesia', baseUrl: ttsUrl, voice: 'v' });
      await put('llm', { provider: 'openai', baseUrl: llmUrl });
      const caller = await scene.caller();
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
      chains = methods['providers.list'].answer.parse(await (await engine.api.request(path)).json());
    }, 240_000);

    afterAll(() => scene.end());

    const said = () => report.transcript.map((line) => `${line.speaker}: ${line.text}`).join('\n');

    it('comes to its end by itself, with the appointment', () => {
      expect(report.failure, said()).toBeNull();
      expect(appointments, said()).toMatchObject([{ customerPhone: callerNumber, status: 'booked' }]);
    });

    it('asks the services first, and soon no more', () => {
      expect(deepgram.connections).toBeGreaterThan(0);
      expect(cartesia.asked.length).toBeGreaterThan(0);
      const utterances = detail.transcript.filter(({ speaker }) => speaker === 'caller').length;
      const asked = deepgram.controls.filter((type) => type === 'Finalize').length;
      expect(asked, `${utterances} utterances`).toBeLessThan(utterances * 2);
      expect(cartesia.asked.length).toBeLessThan(detail.transcript.length);
    });

    it('tells how each is', () => {
      expect(chains.stt[0]?.health).toMatchObject({ trouble: expect.stringContaining('deepgram') });
      expect(chains.stt[1]?.health.state).toBe('well');
      expect(chains.tts[0]?.health.trouble).toContain('cartesia');
      expect(chains.tts[1]?.health.state).toBe('well');
    });
  },
);
