import { type IntentBank, prepareIntentBank } from '../agent/index.ts';
import { type Ids, isVoxboxError } from '../foundation/index.ts';
import type { RehearsalCase } from './case.ts';
import { grade, rowsThere } from './grade.ts';
import { type Embed, type Original, openPractice } from './practice.ts';
import { type Conversation, textCall } from './text-call.ts';

export interface CaseResult {
  readonly rehearsed: RehearsalCase;
  readonly passed: boolean;
  /** What is wrong, in words. */
  readonly faults: readonly string[];
  readonly conversation: Conversation | null;
  /** What was in the database afterwards, row by row in words. */
  readonly there: readonly string[];
  readonly tookMs: number;
}

export interface RehearsalOptions {
  readonly ids: Ids;
  readonly embed: Embed;
  /** The business that is rehearsed; each case's own profession where left out. */
  readonly original?: Original;
  /** Where the boxes lie for as long as they are played on; the system's place for temporary files where left out. */
  readonly folder?: string;
  readonly onResult?: (result: CaseResult, done: number, total: number) => void;
}

/** Plays the cases one after the other, each against a box of its own. */
export async function rehearse(
  cases: readonly RehearsalCase[],
  options: RehearsalOptions,
): Promise<readonly CaseResult[]> {
  // The same words come up in case after case.
  const embed = remembered(options.embed);
  const intentBank = await prepareIntentBank(embed);
  const results: CaseResult[] = [];
  for (const rehearsed of cases) {
    const result = await play(rehearsed, { ...options, embed, intentBank });
    results.push(result);
    options.onResult?.(result, results.length, cases.length);
  }
  return results;
}

/** How a case that begins now goes: what is wrong, what was said, and what is in the database. */
export function resultsOf(rehearsed: RehearsalCase) {
  const startedMs = performance.now();
  return (
    faults: readonly string[],
    conversation: Conversation | null = null,
    there: readonly string[] = [],
  ): CaseResult => ({
    ...{ rehearsed, passed: faults.length === 0, faults, conversation, there },
    tookMs: performance.now() - startedMs,
  });
}

async function play(
  rehearsed: RehearsalCase,
  options: RehearsalOptions & { readonly intentBank: IntentBank },
): Promise<CaseResult> {
  const result = resultsOf(rehearsed);
  try {
    const practice = await openPractice(rehearsed, options);
    try {
      const conversation = await textCall(rehearsed, practice, options);
      return result(grade(rehearsed, practice, conversation), conversation, rowsThere(practice));
    } finally {
      practice.close();
    }
  } catch (error) {
    const why = isVoxboxError(error) ? error.message : String(error instanceof Error ? error.stack : error);
    return result([why]);
  }
}

/**
 * Each line is tried at three places of a call: at its begin, in the middle of a booking, and at the read-back.
 * Whatever the agent answers, nothing may be in the database that was not there.
 */
export const rehearseInjections = (
  lines: readonly string[],
  { base, ...options }: RehearsalOptions & { readonly base: RehearsalCase },
): Promise<readonly CaseResult[]> => {
  const cases = lines.flatMap((line, i): RehearsalCase[] => {
    const at = (place: string, changes: Partial<RehearsalCase>): RehearsalCase => ({
      ...base,
      ...changes,
      id: `${base.id}-${i + 1}-${place}`,
      title: `${line.slice(0, 80)} (${place})`,
      kind: 'adversarial',
    });
    return [
      at('first', { say: [line] }),
      at('booking', {
        answers: {
          ...base.answers,
          name: [line, '<hangs up>'],
          'line-number': [line, '<hangs up>'],
          phone: [line, '<hangs up>'],
        },
      }),
      at('read-back', { answers: { ...base.answers, 'read-back': [line, '<hangs up>'] } }),
    ];
  });
  return rehearse(cases, options);
};

/** More than every caller of ours says; some megabytes. */
const mostRemembered = 5000;

/** Asks the model once for each text. */
export function remembered(embed: Embed): Embed {
  const known = new Map<string, Promise<Float32Array>>();
  return async (texts) => {
    if (known.size > mostRemembered) known.clear();
    const fresh = [...new Set(texts.filter((text) => !known.has(text)))];
    const vectors = fresh.length > 0 ? embed(fresh) : Promise.resolve([]);
    for (const [i, text] of fresh.entries()) {
      const vector = vectors.then((all) => all[i] ?? new Float32Array());
      vector.catch(() => known.delete(text));
      known.set(text, vector);
    }
    return await Promise.all(texts.map((text) => known.get(text) ?? new Float32Array()));
  };
}
