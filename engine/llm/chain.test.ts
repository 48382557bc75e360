import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHealthBook, hasCode, silentLog, systemClock, VoxboxError } from '../foundation/index.ts';
import type { GenerateRequest, Inference } from '../inference/index.ts';
import { createLlmChain } from './chain.ts';
import { FakeOpenAi, type LlmFault } from './fake-openai.ts';
import { createLocalLlm } from './local.ts';
import { createOpenAiLlm } from './openai.ts';

let vendor: FakeOpenAi;
let baseUrl: string;
beforeEach(async () => {
  vendor = new FakeOpenAi();
  baseUrl = await vendor.start();
});
afterEach(() => vendor.stop());

const live = { priority: 'live' } as const;
const question = { messages: [{ role: 'user', content: 'Are you open?' }], maxTokens: 40 } as const;

/** A model on the box that answers, is silent, or fails. */
class FakeGenerator implements Pick<Inference, 'generate'> {
  text: string | 'fails' | 'hangs' = 'The box answers.';
  asked = 0;
  async generate(request: GenerateRequest): ReturnType<Inference['generate']> {
    this.asked++;
    if (this.text === 'fails') throw new VoxboxError('inference_unavailable', 'gone');
    if (this.text === 'hangs') await new Promise(() => {});
    for (const word of this.text.split(/(?<=\s)/)) request.onText?.(word);
    return { text: this.text, tokens: 3, promptTokens: 9, reusedTokens: 0, firstTokenMs: 1, modelMs: 2 };
  }
}

function setUp(order: readonly ('local' | 'openai')[]) {
  const inference = new FakeGenerator();
  const health = createHealthBook({ clock: systemClock });
  const all = {
    local: { provider: createLocalLlm({ inference }), lastResort: true },
    openai: { provider: createOpenAiLlm({ key: 'k', baseUrl }), lastResort: false },
  };
  const chain = createLlmChain({
    providers: order.map((name) => ({ ...all[name], health: health.of(name) })),
    log: silentLog,
    limits: { localMs: 60, cloudMs: 60, lastMs: 200, betweenMs: 60, answerMs: 1000 },
  });
  return { chain, inference, health };
}

it.each<LlmFault | 'refused'>([
  ...(['refused', 400, 401, 429, 500, 'hang', 'slow', 'half', 'unfinished', 'stall'] as const),
  ...(['bad-json', 'empty', 'error'] as const),
])('answers in spite of %s: the box does, and nothing of the first try is told', async (fault) => {
  if (fault === 'refused') await vendor.stop();
  else vendor.fault = fault;
  const { chain, health } = setUp(['openai', 'local']);
  expect((await chain.generate(question, live)).text).toBe('The box answers.');
  expect(health.list().find(({ id }) => id === 'openai')?.lastError).not.toBeNull();
  expect(vendor.asked.length).toBeLessThanOrEqual(1);
  if (fault === 'refused') await vendor.start();
});

it.each(['fails', 'hangs', ''])('asks the service where the box %s', async (text) => {
  const { chain, inference } = setUp(['local', 'openai']);
  inference.text = text;
  const pieces: string[] = [];
  const result = await chain.generate({ ...question, onText: (piece) => pieces.push(piece) }, live);
  expect([result.text, pieces.join('')]).toEqual(['We are open until six.', 'We are open until six.']);
});

it('ends with the failure when part of an answer was told already', async () => {
  vendor.fault = 'half';
  const { chain, inference } = setUp(['openai', 'local']);
  const pieces: string[] = [];
  const failing = chain.generate({ ...question, onText: (piece) => pieces.push(piece) }, live);
  await expect(failing).rejects.toSatisfy((error) => hasCode(error, 'provider_unreachable'));
  expect([pieces, inference.asked]).toEqual([['We ', 'are '], 0]);
});

it('waits for a request for tools that comes slowly', async () => {
  vendor.tool = { name: 'book', arguments: '{"when":"Monday"}' };
  const { chain } = setUp(['openai', 'local']);
  const tools = [{ name: 'book', description: 'Books.', parameters: {} }];
  const { toolRequests } = await chain.generate({ ...question, tools }, live);
  expect(toolRequests).toEqual([{ name: 'book', arguments: { when: 'Monday' } }]);
});

it('tries three times at most, then fails; and is not held up by whom the breaker keeps away', async () => {
  vendor.fault = 429;
  const { chain, inference } = setUp(['openai', 'local']);
  inference.text = 'fails';
  await expect(chain.generate(question, live)).rejects.toSatisfy((error) =>
    hasCode(error, 'provider_limited'),
  );
  expect([vendor.asked.length, inference.asked]).toEqual([2, 1]);
  inference.text = 'The box answers.';
  await chain.generate(question, live);
  vendor.fault = 'hang';
  const asked = vendor.asked.length;
  await chain.generate(question, live);
  expect(vendor.asked.length).toBe(asked);
});

it('counts one as failed for whom nobody could wait, so that the next question goes elsewhere', async () => {
  vendor.fault = 'hang';
  const { chain, inference } = setUp(['openai', 'local']);
  for (let i = 0; i < 3; i++) {
    const asking = chain.generate(question, { ...live, signal: AbortSignal.timeout(50) });
    await expect(asking).rejects.toThrow();
  }
  expect((await chain.generate(question, { ...live, signal: AbortSignal.timeout(500) })).text).toBe(
    'The box answers.',
  );
  expect([vendor.asked.length, inference.asked]).toEqual([3, 1]);
});

it('counts nobody as failed when the caller has hung up', async () => {
  vendor.fault = 'hang';
  const { chain, health } = setUp(['openai', 'local']);
  const giveUp = new AbortController();
  setTimeout(() => giveUp.abort(), 10);
  const asking = chain.generate(question, { ...live, signal: giveUp.signal });
  await expect(asking).rejects.toSatisfy((error) => hasCode(error, 'aborted'));
  expect(health.list().every(({ lastError }) => lastError === null)).toBe(true);
});
