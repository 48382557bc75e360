export { LocalLlm, type LocalLlmOptions, toMessages } from './local.ts';
