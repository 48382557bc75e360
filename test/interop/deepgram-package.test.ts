import { DeepgramClient } from '@deepgram/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeDeepgram } from '../../engine/speech/stt/fake-deepgram.ts';

/*
 * Our client speaks Deepgram's protocol itself (ADR 8), and its tests go by a stand-in. That the stand-in speaks what
 * Deepgram does is shown by Deepgram's own package getting on with it.
 */

const vendor = new FakeDeepgram();
let baseUrl = '';
beforeAll(async () => {
  baseUrl = await vendor.start();
});
afterAll(() => vendor.stop());

it("serves Deepgram's own package: interim words, a Finalize, a closed stream", async () => {
  vendor.words = () => 'I would like an appointment';
  const wsUrl = baseUrl.replace('http', 'ws');
  const client = new DeepgramClient({
    apiKey: 'k-1',
    environment: { base: baseUrl, production: wsUrl, agent: wsUrl, agentRest: baseUrl },
  });
  const socket = await client.listen.v1.connect({
    ...{ model: 'nova-3', language: 'en-US', encoding: 'linear16', sample_rate: 16_000 },
    ...{ interim_results: 'true', endpointing: 'false', Authorization: 'Token k-1', reconnectAttempts: 0 },
  });
  const told: { readonly text: string; readonly isFinal: boolean; readonly fromFinalize: boolean }[] = [];
  const finished = new Promise<void>((resolve) => {
    socket.on('message', (message) => {
      if (message.type !== 'Results') return;
      told.push({
        text: message.channel.alternatives[0]?.transcript ?? '',
        isFinal: message.is_final ?? false,
        fromFinalize: message.from_finalize ?? false,
      });
      if (message.from_finalize) resolve();
    });
  });
  socket.connect();
  await socket.waitForOpen();
  for (let i = 0; i < 25; i++) socket.sendMedia(new Int16Array(512).fill(8000));
  socket.sendKeepAlive({ type: 'KeepAlive' });
  socket.sendFinalize({ type: 'Finalize' });
  await finished;
  socket.sendCloseStream({ type: 'CloseStream' });
  socket.close();
  expect(told[0]).toEqual({ text: 'I would like', isFinal: false, fromFinalize: false });
  expect(told.at(-1)).toEqual({ text: 'I would like an appointment', isFinal: true, fromFinalize: true });
  expect(vendor.samples).toBe(25 * 512);
  expect(vendor.controls.slice(0, 2)).toEqual(['KeepAlive', 'Finalize']);
  expect(vendor.keys).toEqual(['Token k-1']);
});
