import { afterEach, beforeEach, expect, it } from 'vitest';
import { hasCode } from '../foundation/index.ts';
import { FakeOpenAi, type LlmFault } from './fake-openai.ts';
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
const tools = [{ name: 'book', description: 'Books.', parameters: { type: 'object', properties: {} } }];

it('streams the text and passes on the conversation', async () => {
  const pieces: string[] = [];
  const llm = createOpenAiLlm({ key: 'k-1', baseUrl: `${baseUrl}/`, model: 'qwen3' });
  const result = await llm.generate(
    { ...question, temperature: 0.2, onText: (text) => pieces.push(text) },
    live,
  );
  expect(pieces.join('')).toBe('We are open until six.');
  expect(pieces.length).toBeGreaterThan(3);
  expect(result).toMatchObject({
    ...{ text: 'We are open until six.', tokens: 6, promptTokens: 9, reusedTokens: 4, toolRequests: [] },
  });
  expect(vendor.asked).toEqual([
    {
      path: '/v1/chat/completions',
      key: 'Bearer k-1',
      body: {
        ...{ model: 'qwen3', messages: question.messages, max_tokens: 40, temperature: 0.2 },
        ...{ stream: true, stream_options: { include_usage: true } },
      },
    },
  ]);
});

it('reads what tools are asked for, and sends no key where there is none', async () => {
  vendor.tool = { name: 'book', arguments: '{"when":"Monday"}' };
  const { text, toolRequests } = await createOpenAiLlm({ key: null, baseUrl }).generate(
    { ...question, tools },
    live,
  );
  expect([text, toolRequests]).toEqual(['', [{ name: 'book', arguments: { when: 'Monday' } }]]);
  expect(vendor.asked[0]?.key).toBeUndefined();
  expect(vendor.asked[0]?.body.tools).toEqual([{ type: 'function', function: tools[0] }]);
});

it.each<[LlmFault | 'refused', string]>([
  ['refused', 'provider_unreachable'],
  [400, 'provider_request_refused'],
  [401, 'provider_key_refused'],
  [429, 'provider_limited'],
  [500, 'provider_failed'],
  ['half', 'provider_unreachable'],
  ['unfinished', 'provider_unreachable'],
  ['bad-json', 'provider_failed'],
  ['bad-tool', 'provider_failed'],
  ['empty', 'provider_failed'],
  ['error', 'provider_failed'],
])('tells %s apart, and keeps the key to itself', async (fault, code) => {
  if (fault === 'refused') await vendor.stop();
  else vendor.fault = fault;
  if (fault === 'bad-tool') vendor.tool = { name: 'book', arguments: '' };
  const failure = await createOpenAiLlm({ key: 'secret-key', baseUrl })
    .generate({ ...question, tools }, live)
    .then(
      () => null,
      (error: unknown) => error,
    );
  expect(hasCode(failure, code as 'provider_failed')).toBe(true);
  expect(String(failure)).not.toContain('secret-key');
  if (fault === 'refused') await vendor.start();
});

it('lets go of a request that is withdrawn or takes too long', async () => {
  vendor.fault = 'hang';
  const llm = createOpenAiLlm({ key: null, baseUrl });
  await expect(llm.generate(question, { ...live, timeoutMs: 20 })).rejects.toSatisfy((error) =>
    hasCode(error, 'deadline_exceeded'),
  );
  const giveUp = new AbortController();
  setTimeout(() => giveUp.abort(), 20);
  await expect(llm.generate(question, { ...live, signal: giveUp.signal })).rejects.toSatisfy((error) =>
    hasCode(error, 'aborted'),
  );
});
