import type { LlamaContextSequence, Token } from 'node-llama-cpp';

/** How many tokens two prompts have in common at their start. */
export function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

/**
 * Forgets what a sequence has read beyond its common beginning with a prompt.
 *
 * @returns how much of the prompt need not be read again, `most` at most
 */
export async function keepCommon(
  sequence: LlamaContextSequence,
  prompt: readonly Token[],
  most: number,
): Promise<number> {
  const read = sequence.contextTokens;
  const common = Math.min(commonPrefix(read, prompt), most);
  if (common < read.length) {
    await sequence.eraseContextTokenRanges([{ start: common, end: read.length }]);
  }
  return common;
}
