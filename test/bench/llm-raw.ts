import type { Token } from 'node-llama-cpp';
import { loadConfig, silentLog } from '../../engine/foundation/index.ts';
import { openLlama, planDevice } from '../../engine/inference/device.ts';
import { ggufFile } from '../../engine/inference/engines/gguf-file.ts';
import { promptTokens } from '../../engine/inference/engines/llm.ts';
import { type GenerateRequest, startInference } from '../../engine/inference/index.ts';
import { percentile } from '../caller/percentiles.ts';
import type { Bench } from './figure.ts';

const options = { priority: 'live', timeoutMs: 60_000 } as const;
const maxTokens = 24;

type Messages = GenerateRequest['messages'];
type Answer = { readonly text: string; readonly firstMs: number };

/** As long as a profile's instructions are. */
const instructions: Messages[number] = {
  role: 'system',
  content: [
    'You are the receptionist of Bright Smile Dental, a family practice in New York.',
    'You answer the telephone in one or two short, friendly sentences and never use lists or symbols.',
    'The practice is open from Monday to Friday from nine in the morning until five in the afternoon.',
    'It offers cleanings, check ups, fillings, crowns, whitening and emergency visits.',
    'A cleaning takes forty five minutes and a check up takes half an hour.',
    'Doctor Lee sees adults and Doctor Patel sees children; both speak English and Spanish.',
    'There is a car park behind the building and the entrance has a ramp for wheelchairs.',
    'Most insurance is accepted; the patient should bring the card and a photo identification.',
    'New patients should come ten minutes early to fill in a form.',
    'If somebody is in pain, offer the first opening of the day.',
    'If you do not know something, say that a colleague will call back.',
    'Never promise a price and never give medical advice.',
  ].join(' '),
};

const questions = [
  'Do you take new patients?',
  'Where can I park my car?',
  'What should I bring with me?',
  'How long does a cleaning take?',
  'Does somebody speak Spanish?',
  'Is the entrance fine for a wheelchair?',
  'Which doctor sees children?',
  'Thank you, that is all.',
];

/** llama.cpp without anything around it but its own binding: one sequence that grows. */
async function openRaw(): Promise<{ ask(messages: Messages): Promise<Answer>; close(): Promise<void> }> {
  const llama = await openLlama();
  const model = await llama.loadModel({
    modelPath: ggufFile(loadConfig().modelsDir, 'smollm2-135m-instruct'),
  });
  const context = await model.createContext({
    ...{ contextSize: 2_048, batchSize: 512, threads: planDevice().llmThreads },
  });
  const sequence = context.getSequence();
  return {
    async ask(messages) {
      const startMs = performance.now();
      const prompt = promptTokens(model, messages);
      const { firstDifferentIndex } = sequence.compareContextTokens(prompt);
      const common = Math.min(firstDifferentIndex, prompt.length - 1);
      await sequence.eraseContextTokenRanges([{ start: common, end: sequence.contextTokens.length }]);
      const said: Token[] = [];
      let firstMs = 0;
      const repeatPenalty = { punishTokens: () => said.slice(-64), penalty: 1.1 };
      for await (const token of sequence.evaluate(prompt.slice(common), { temperature: 0, repeatPenalty })) {
        if (said.length === 0) firstMs = performance.now() - startMs;
        if (model.isEogToken(token)) break;
        said.push(token);
        if (said.length >= maxTokens) break;
      }
      return { text: model.detokenize(said), firstMs };
    },
    async close() {
      await context.dispose();
      await model.dispose();
      await llama.dispose();
    },
  };
}

/** A dialogue that grows, through client, socket and queue beside bare llama.cpp in this process, turn about. */
export const llmRaw: Bench = async ({ quick }) => {
  const { modelsDir } = loadConfig();
  const inference = await startInference({ modelsDir, log: silentLog, uses: ['llm'] });
  const raw = await openRaw();
  const times = { ours: [] as number[], raw: [] as number[] };
  let [prompt, reused, again, known] = [0, 0, 0, 0];
  let opened: number | null = null;
  try {
    for (let round = 0; round < (quick ? 1 : 4); round += 1) {
      const dialogue = `dialogue ${round}`;
      const startMs = performance.now();
      await inference.openDialogue({ id: dialogue, prefix: [instructions] }, { priority: 'greeting' });
      opened ??= performance.now() - startMs;
      let messages: Messages = [instructions];
      let bareMessages: Messages = [instructions];
      let before = 0;
      for (const content of questions) {
        messages = [...messages, { role: 'user', content }];
        bareMessages = [...bareMessages, { role: 'user', content }];
        const bare = await raw.ask(bareMessages);
        const askedMs = performance.now();
        let firstMs = 0;
        const onText = () => {
          firstMs ||= performance.now() - askedMs;
        };
        const answer = await inference.generate({ messages, maxTokens, dialogue, onText }, options);
        // the bare one has not read the instructions ahead of its first question
        if (before > 0) {
          times.raw.push(bare.firstMs);
          times.ours.push(firstMs);
          known += before;
          again += Math.min(answer.reusedTokens, before);
        }
        prompt += answer.promptTokens;
        reused += answer.reusedTokens;
        before = answer.promptTokens + answer.tokens;
        messages = [...messages, { role: 'assistant', content: answer.text }];
        bareMessages = [...bareMessages, { role: 'assistant', content: bare.text }];
      }
      await inference.closeDialogue(dialogue);
    }
    const [own, bare] = [percentile(times.ours, 50) ?? 0, percentile(times.raw, 50) ?? 0];
    const over = `p50 of ${times.ours.length} turns`;
    return [
      {
        ...{ name: 'first words of the language model', value: own, unit: 'ms', limit: bare * 1.1 },
        note: `${over}; raw ${bare} ms`,
      },
      {
        ...{
          name: 'prompt not read again',
          value: (100 * again) / known,
          unit: '%',
          limit: 95,
          limitIs: 'least',
        },
        note: `of what was read or said before; ${Math.round((100 * reused) / prompt)} % of all of the prompts`,
      },
      {
        name: 'reading of the instructions ahead',
        value: opened,
        unit: 'ms',
        limit: null,
        note: 'while it rings',
      },
    ];
  } finally {
    await raw.close();
    await inference.stop();
  }
};
