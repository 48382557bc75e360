/** List prices of services, in millionths of a US dollar. Contracts differ; an unknown model has no price. */
export const priceList = {
  /** When they were looked up, ISO date. */
  asOf: '2026-06',
  /** For a second of audio. */
  stt: { deepgram: { 'nova-3': 128, 'nova-2': 97 } },
  /** For a character of text. */
  tts: {
    cartesia: { 'sonic-3': 39, 'sonic-2': 39, 'sonic-turbo': 39 },
    elevenlabs: { eleven_flash_v2_5: 50, eleven_turbo_v2_5: 50, eleven_multilingual_v2: 100 },
  },
  /** For a token of the prompt, and of the answer. */
  llm: {
    openai: {
      'gpt-4o-mini': { prompt: 0.15, answer: 0.6 },
      'gpt-4o': { prompt: 2.5, answer: 10 },
      'gpt-4.1-mini': { prompt: 0.4, answer: 1.6 },
      'gpt-4.1-nano': { prompt: 0.1, answer: 0.4 },
    },
  },
} as const;
