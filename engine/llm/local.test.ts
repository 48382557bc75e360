import { initializeLogger, llm } from '@livekit/agents';
import { expect, it } from 'vitest';
import type { GenerateRequest, GenerateResult, Inference } from '../inference/index.ts';
import { LocalLlm } from './local.ts';

initializeLogger({ pretty: false, level: 'silent' });

class FakeGenerator implements Pick<Inference, 'generate'> {
  asked: GenerateRequest | null = null;
  async generate(request: GenerateRequest): Promise<GenerateResult> {
    this.asked = request;
    for (const text of ['We ', 'are ', 'open.']) request.onText?.(text);
    return { text: 'We are open.', tokens: 3, firstTokenMs: 1, modelMs: 2 };
  }
}

it('streams the text and passes on the conversation', async () => {
  const inference = new FakeGenerator();
  const chatCtx = llm.ChatContext.empty();
  chatCtx.addMessage({ role: 'system', content: 'You are Ava.' });
  chatCtx.addMessage({ role: 'user', content: 'Are you open?' });
  const pieces: string[] = [];
  for await (const chunk of new LocalLlm({ inference, maxTokens: 40 }).chat({ chatCtx })) {
    if (chunk.delta?.content) pieces.push(chunk.delta.content);
  }
  expect(pieces).toEqual(['We ', 'are ', 'open.']);
  expect(inference.asked).toMatchObject({
    maxTokens: 40,
    messages: [
      { role: 'system', content: 'You are Ava.' },
      { role: 'user', content: 'Are you open?' },
    ],
  });
});
