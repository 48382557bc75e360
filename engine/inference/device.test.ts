import { describe, expect, test } from 'vitest';
import { deviceReports, planDevice } from './device.ts';

test.each([
  [1, { sessionThreads: 1, sttSlots: 1, ttsSlots: 1, llmSlots: 2, llmDialogues: 4, llmThreads: 1 }],
  [2, { sessionThreads: 2, sttSlots: 1, ttsSlots: 1, llmSlots: 2, llmDialogues: 4, llmThreads: 1 }],
  [8, { sessionThreads: 2, sttSlots: 2, ttsSlots: 2, llmSlots: 2, llmDialogues: 8, llmThreads: 7 }],
  [64, { sessionThreads: 2, sttSlots: 4, ttsSlots: 4, llmSlots: 2, llmDialogues: 8, llmThreads: 8 }],
])('%i cores', (cores, plan) => {
  expect(planDevice(undefined, cores)).toEqual(plan);
});

test('the owner decides about the threads of the language model', () => {
  expect(planDevice(3, 16).llmThreads).toBe(3);
});

describe('what is told of the devices', () => {
  const models = [
    { id: 'llm', device: 'cuda' },
    { id: 'ears', device: 'cpu' },
  ];

  test('a graphics processor first, with what it holds', () => {
    const fakeGpu = { kind: 'cuda', name: 'GPU', totalBytes: 24 * 2 ** 30, usedBytes: 2 ** 30 } as const;
    const [gpu, cpu] = deviceReports(fakeGpu, models);
    expect(gpu).toMatchObject({ ...fakeGpu, speedClass: 'large', models: ['llm'] });
    expect(gpu?.budgetBytes).toBeLessThan(23 * 2 ** 30);
    expect(cpu).toMatchObject({ kind: 'cpu', models: ['ears'], speedClass: 'tiny' });
  });

  test('the processor alone', () => {
    const reports = deviceReports(null, models);
    expect(reports).toHaveLength(1);
    expect(reports[0]?.totalBytes).toBeGreaterThan(reports[0]?.usedBytes ?? Number.POSITIVE_INFINITY);
  });
});
