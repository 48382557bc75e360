import { expect, test } from 'vitest';
import { planDevice } from './device.ts';

test.each([
  [1, { sessionThreads: 1, sttSlots: 1, ttsSlots: 1, llmSlots: 2, llmThreads: 1 }],
  [2, { sessionThreads: 1, sttSlots: 1, ttsSlots: 1, llmSlots: 2, llmThreads: 1 }],
  [8, { sessionThreads: 2, sttSlots: 2, ttsSlots: 2, llmSlots: 2, llmThreads: 7 }],
  [64, { sessionThreads: 2, sttSlots: 4, ttsSlots: 4, llmSlots: 2, llmThreads: 8 }],
])('%i cores', (cores, plan) => {
  expect(planDevice(undefined, cores)).toEqual(plan);
});

test('the owner decides about the threads of the language model', () => {
  expect(planDevice(3, 16).llmThreads).toBe(3);
});
