import type { CaseResult } from './rehearse.ts';

/** How a rehearsal went, to be read: the failed ones first, with everything that was said. */
export function reportOf(results: readonly CaseResult[]): string {
  const failed = results.filter(({ passed }) => !passed);
  const parts = [
    '# Rehearsal',
    '',
    summaryOf(results),
    '',
    ...failed.flatMap(caseReport),
    ...results.filter(({ passed }) => passed).flatMap(caseReport),
  ];
  return `${parts.join('\n')}\n`;
}

export function summaryOf(results: readonly CaseResult[]): string {
  const must = results.filter(({ rehearsed }) => rehearsed.must);
  const share = (of: readonly CaseResult[]): string => {
    const passed = of.filter((result) => result.passed).length;
    return `${passed} of ${of.length}${of.length > 0 ? ` (${((100 * passed) / of.length).toFixed(1)} %)` : ''}`;
  };
  const kinds = (['plain', 'messy', 'adversarial'] as const).map(
    (kind) => `${kind} ${share(results.filter(({ rehearsed }) => rehearsed.kind === kind))}`,
  );
  return `${share(must)} of those that count passed; ${kinds.join(', ')}.`;
}

function caseReport({ rehearsed, passed, faults, conversation, tookMs }: CaseResult): string[] {
  return [
    `## ${passed ? 'Passed' : 'FAILED'}: ${rehearsed.id}`,
    '',
    `${rehearsed.title} (${rehearsed.profession}, ${rehearsed.kind}, ${Math.round(tookMs)} ms)`,
    '',
    ...faults.map((fault) => `- **${fault}**`),
    ...(faults.length > 0 ? [''] : []),
    ...(conversation?.lines ?? []).map(({ by, text }) => `- ${by}: ${text}`),
    '',
  ];
}
