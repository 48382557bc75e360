import { hangsUp, type RehearsalCase, silence } from './case.ts';

/** What the simulated caller does next. */
export type CallerTurn =
  | { readonly kind: 'says'; readonly text: string }
  | { readonly kind: 'keys'; readonly keys: string }
  | { readonly kind: 'is-silent' }
  | { readonly kind: 'hangs-up' };

const open = new Set(['how-can-i-help', 'anything-else']);
const goodbye = "No, that's all. Thank you, goodbye.";
/** Said where the case has no answer: as callers do who do not know. */
const lost = "I'm not sure.";

/**
 * A caller who answers what is asked, and says what they came for when they are free to.
 *
 * @param otherwise what is said where the case has nothing to say
 */
export function createCaller(
  { say, answers }: Pick<RehearsalCase, 'say' | 'answers'>,
  otherwise: (asked: string) => string = (asked) => (open.has(asked) ? goodbye : lost),
): {
  /** @param asked the question that the agent has just put */
  next(asked: string): CallerTurn;
} {
  const unsaid = [...say];
  const used = new Map<string, number>();
  const answerTo = (asked: string): string | undefined => {
    const given = answers[asked];
    if (given === undefined || typeof given === 'string') return given;
    const n = used.get(asked) ?? 0;
    used.set(asked, n + 1);
    return given[Math.min(n, given.length - 1)];
  };
  return {
    next(asked) {
      const line = open.has(asked)
        ? (unsaid.shift() ?? answerTo(asked) ?? otherwise(asked))
        : (answerTo(asked) ?? unsaid.shift() ?? otherwise(asked));
      return turnOf(line);
    },
  };
}

function turnOf(line: string): CallerTurn {
  if (line === silence) return { kind: 'is-silent' };
  if (line === hangsUp) return { kind: 'hangs-up' };
  const [, keys] = /^<keys ([0-9*#]+)>$/.exec(line) ?? [];
  return keys === undefined ? { kind: 'says', text: line } : { kind: 'keys', keys };
}
