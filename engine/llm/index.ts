export { createLlmChain, type LlmCandidate, type LlmChainOptions, type LlmLimits } from './chain.ts';
export { FakeOpenAi } from './fake-openai.ts';
export { createLocalLlm } from './local.ts';
export { createOpenAiLlm, type OpenAiOptions, openAiUsual } from './openai.ts';
export type * from './ports.ts';
