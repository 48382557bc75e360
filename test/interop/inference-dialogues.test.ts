import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig, silentLog } from '../../engine/foundation/index.ts';
import { connectInference, type InferenceHost, startInference } from '../../engine/inference/index.ts';
import { listModels } from '../../models/index.ts';

const { modelsDir } = loadConfig();
const model = 'smollm2-135m-instruct';
const missing = (await listModels(modelsDir)).find(({ id }) => id === model)?.state !== 'ready';
const reason = missing ? ` (skipped: ${model} not in ${modelsDir})` : '';

const live = { priority: 'live' } as const;
const instructions = (name: string) => ({
  role: 'system' as const,
  content: `You are the receptionist of ${name}. ${'You answer in one short and friendly sentence. '.repeat(8)}`,
});
const ask = (content: string) => ({ role: 'user' as const, content });

describe.skipIf(missing)(`dialogues of the language model${reason}`, () => {
  let host: InferenceHost;
  beforeAll(async () => {
    host = await startInference({ modelsDir, log: silentLog, uses: ['llm'] });
  });
  afterAll(async () => {
    await host?.stop();
  });

  test('an opened dialogue has read its instructions, and each turn reads only what is new', async () => {
    const prefix = [instructions('Bright Smile')];
    await host.openDialogue({ id: 'call', prefix }, { priority: 'greeting' });
    let messages: Parameters<InferenceHost['generate']>[0]['messages'] = prefix;
    let before = 0;
    for (const question of ['Do you take new patients?', 'Where can I park?', 'Thank you.']) {
      messages = [...messages, ask(question)];
      const answer = await host.generate({ messages, maxTokens: 12, dialogue: 'call' }, live);
      const unread = answer.promptTokens - answer.reusedTokens;
      expect(answer.promptTokens).toBeGreaterThan(90);
      expect(unread).toBeLessThan(30);
      expect(answer.reusedTokens).toBeGreaterThanOrEqual(before * 0.95);
      before = answer.promptTokens;
      messages = [...messages, { role: 'assistant', content: answer.text }];
    }
    await host.closeDialogue('call');
  });

  test('the words are the same with and without a dialogue', async () => {
    const messages = [instructions('Bright Smile'), ask('What do you do?')];
    await host.openDialogue({ id: 'same', prefix: messages.slice(0, 1) }, live);
    const kept = await host.generate({ messages, maxTokens: 16, dialogue: 'same' }, live);
    const loose = await host.generate({ messages, maxTokens: 16 }, live);
    expect(kept.text).toBe(loose.text);
    await host.closeDialogue('same');
  });

  test('more calls than room: the one that rested longest is read again, all are answered', async () => {
    const ids = Array.from({ length: 9 }, (_, index) => `call ${index}`);
    for (const id of ids) await host.openDialogue({ id, prefix: [instructions(id)] }, live);
    const answer = async (id: string) =>
      await host.generate({ messages: [instructions(id), ask('Hello?')], maxTokens: 4, dialogue: id }, live);
    expect((await answer('call 8')).reusedTokens).toBeGreaterThan(80);
    expect((await answer('call 7')).reusedTokens).toBeGreaterThan(80);
    expect((await answer('call 0')).reusedTokens).toBeLessThan(40);
    expect((await answer('call 0')).reusedTokens).toBeGreaterThan(80);
    const all = await Promise.all(ids.map(answer));
    expect(all.map(({ tokens }) => tokens).every((tokens) => tokens > 0)).toBe(true);
    for (const id of [...ids, 'never opened']) await host.closeDialogue(id);
  });

  test('a client that goes leaves its place to others', async () => {
    const other = await connectInference(host.socketPath, silentLog);
    await other.openDialogue({ id: 'theirs', prefix: [instructions('Elsewhere')] }, live);
    await other.close();
    await wait(500); // until the worker has seen it go
    const prompt = [instructions('Elsewhere'), ask('Hello?')];
    // what was read there is of use to whoever begins alike
    const answer = await host.generate({ messages: prompt, maxTokens: 4, dialogue: 'ours' }, live);
    expect(answer.reusedTokens).toBeGreaterThan(80);
    await host.closeDialogue('ours');
  });

  test('opening can be withdrawn', async () => {
    const controller = new AbortController();
    const long = { role: 'system' as const, content: 'Be kind to everybody who calls. '.repeat(100) };
    const opening = host.openDialogue(
      { id: 'withdrawn', prefix: [long] },
      { priority: 'greeting', signal: controller.signal },
    );
    controller.abort();
    await expect(opening).rejects.toMatchObject({ code: 'aborted' });
    const messages = [ask('Hello?')];
    expect((await host.generate({ messages, maxTokens: 4 }, live)).tokens).toBeGreaterThan(0);
  });
});
