import type { Forgotten, TenantStore } from '../../store/index.ts';
import { digitRuns } from '../redaction/digits.ts';
import { wordsOf } from '../redaction/words.ts';

const hiddenName = '[name]';
const hiddenNumber = '[number]';
/** So many last figures of a number tell whose it is. */
const tellingDigits = 7;

/**
 * Removes a caller from the tenant's file: what was remembered, and the name and the number wherever they were kept,
 * but for appointments and the list of those not to be called.
 *
 * @param options.transcripts everything that was said in their calls goes, and the recordings are named for removal
 */
export function forgetCaller(
  store: TenantStore,
  number: string,
  options: { readonly transcripts: boolean },
): Forgotten {
  const scrub = (text: string, names: readonly string[]): string =>
    withoutNames(withoutNumber(text, number), names);
  return store.callers.forget(number, { ...options, scrub });
}

/** The number in figures or in words, whole or without its country code; pieces of it that were said alone too. */
export function withoutNumber(text: string, number: string): string {
  const digits = number.replace(/\D/g, '');
  const words = wordsOf(text);
  let written = '';
  let at = 0;
  for (const run of digitRuns(words)) {
    const tail = digits.slice(-tellingDigits);
    const isTheirs =
      run.digits.includes(tail) ||
      (run.digits.length >= 4 && digits.endsWith(run.digits)) ||
      digits === run.digits;
    if (!isTheirs) continue;
    const from = words[run.from]?.from ?? 0;
    written += text.slice(at, from).replace(/\+\s*$/, '') + hiddenNumber;
    at = words[run.to - 1]?.to ?? from;
  }
  return written + text.slice(at);
}

/** Whole names and each word of them, whatever their case; spelled out letter by letter too. */
export function withoutNames(text: string, names: readonly string[]): string {
  const parts = [...new Set([...names, ...names.flatMap((name) => name.split(/[\s-]+/))])]
    .map((part) => part.trim())
    .filter((part) => part.length >= 2)
    .toSorted((one, other) => other.length - one.length);
  return parts.reduce((left, part) => {
    const letters = [...part].map(escaped);
    const spelled = letters.length >= 3 && !/\s/.test(part) ? `|${letters.join('[\\s,.-]+')}` : '';
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped(part)}${spelled})(?![\\p{L}\\p{N}])`, 'giu');
    return left.replace(pattern, hiddenName);
  }, text);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
