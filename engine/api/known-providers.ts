import { openAiUsual } from '../llm/index.ts';
import { cartesiaUsual, deepgramUsual, elevenLabsUsual } from '../speech/index.ts';
import type { KnownProvider } from './contract/index.ts';

/** Who can be asked, and what each needs. */
export const knownProviders: readonly KnownProvider[] = [
  {
    provider: 'local',
    name: 'This box',
    kinds: ['stt', 'tts', 'llm'],
    key: 'none',
    fields: [],
    required: [],
    usual: { model: null, baseUrl: null },
    note: 'Nothing leaves the box, and nothing is charged.',
  },
  {
    provider: 'deepgram',
    name: 'Deepgram',
    kinds: ['stt'],
    key: 'required',
    fields: ['model', 'baseUrl'],
    required: [],
    usual: deepgramUsual,
    note: 'What callers say is sent to Deepgram, which charges by the minute.',
  },
  {
    provider: 'cartesia',
    name: 'Cartesia',
    kinds: ['tts'],
    key: 'required',
    fields: ['voice', 'model', 'baseUrl'],
    required: ['voice'],
    usual: cartesiaUsual,
    note: 'What the agent says is sent to Cartesia, which charges by the letter.',
  },
  {
    provider: 'elevenlabs',
    name: 'ElevenLabs',
    kinds: ['tts'],
    key: 'required',
    fields: ['voice', 'model', 'baseUrl'],
    required: ['voice'],
    usual: elevenLabsUsual,
    note: 'What the agent says is sent to ElevenLabs, which charges by the letter.',
  },
  {
    provider: 'openai',
    name: 'OpenAI, Ollama, vLLM and others',
    kinds: ['llm'],
    key: 'optional',
    fields: ['baseUrl', 'model'],
    required: [],
    usual: openAiUsual,
    note: 'What callers say is sent to that address: OpenAI where none is given, else your own server.',
  },
];
