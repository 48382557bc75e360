import { openAiUsual } from '../../llm/index.ts';
import { cartesiaUsual, deepgramUsual, elevenLabsUsual } from '../../speech/index.ts';
import type { CallCost, CostPart, ProviderKind, ProviderSetting, TranscriptTurn } from '../../store/index.ts';
import type { CallRecord } from './call-record.ts';
import { priceList } from './prices.ts';

/** The first place of each chain of providers: the one that served, unless it failed. */
export type Serving = Readonly<Record<ProviderKind, Pick<ProviderSetting, 'provider' | 'model' | 'baseUrl'>>>;

/** What a prompt holds besides the conversation, in tokens: the instructions and what is known of the business. */
const promptTokens = 600;
/** English text has about four characters to a token. */
const charactersPerToken = 4;
/** How many turns of the conversation a prompt repeats. */
const turnsInPrompt = 20;

/**
 * What a call cost by the list prices of its services. The box's own models cost nothing; tokens are not in the record
 * and are estimated from the transcript.
 */
export function costOf({ call, turns }: Pick<CallRecord, 'call' | 'turns'>, serving: Serving): CallCost {
  const parts = [sttPart(call, serving), ttsPart(turns, serving), llmPart(turns, serving)].filter(
    (part) => part.amount > 0,
  );
  return { parts, totalMicroUsd: parts.reduce((sum, part) => sum + (part.microUsd ?? 0), 0) };
}

/** The line is listened to from the answer to the end. */
function sttPart({ answeredAtMs, endedAtMs }: CallRecord['call'], { stt }: Serving): CostPart {
  const ms = answeredAtMs === null || endedAtMs === null ? 0 : endedAtMs - answeredAtMs;
  const amount = Math.round(ms / 1000);
  const price = priceOf(priceList.stt.deepgram, stt.model ?? deepgramUsual.model);
  return part({ use: 'stt', unit: 'seconds', amount, estimated: false }, stt, price);
}

function ttsPart(turns: readonly TranscriptTurn[], { tts }: Serving): CostPart {
  const amount = turns.reduce((sum, turn) => sum + (turn.speaker === 'agent' ? turn.text.length : 0), 0);
  const price =
    tts.provider === 'cartesia'
      ? priceOf(priceList.tts.cartesia, tts.model ?? cartesiaUsual.model)
      : priceOf(priceList.tts.elevenlabs, tts.model ?? elevenLabsUsual.model);
  return part({ use: 'tts', unit: 'characters', amount, estimated: false }, tts, price);
}

function llmPart(turns: readonly TranscriptTurn[], { llm }: Serving): CostPart {
  const model = llm.model ?? openAiUsual.model;
  // Another address is another service, whose prices are its own.
  const price = llm.baseUrl === null ? (priceOf(priceList.llm.openai, model) ?? null) : null;
  let [prompt, answer] = [0, 0];
  for (const [i, turn] of turns.entries()) {
    if (turn.speaker !== 'agent' || i === 0) continue;
    const read = turns
      .slice(Math.max(0, i - turnsInPrompt), i)
      .reduce((sum, one) => sum + one.text.length, 0);
    prompt += promptTokens + Math.ceil(read / charactersPerToken);
    answer += Math.ceil(turn.text.length / charactersPerToken);
  }
  const known = { use: 'llm', unit: 'tokens', amount: prompt + answer, estimated: true } as const;
  if (llm.provider === 'local') return { ...known, provider: 'local', microUsd: 0 };
  const microUsd = price === null ? null : Math.round(prompt * price.prompt + answer * price.answer);
  return { ...known, provider: llm.provider, microUsd };
}

function part(
  known: Pick<CostPart, 'use' | 'unit' | 'amount' | 'estimated'>,
  { provider }: Pick<ProviderSetting, 'provider'>,
  price: number | null,
): CostPart {
  if (provider === 'local') return { ...known, provider, microUsd: 0 };
  return { ...known, provider, microUsd: price === null ? null : Math.round(known.amount * price) };
}

const priceOf = <T>(prices: Readonly<Record<string, T>>, model: string): T | null => prices[model] ?? null;
