import { VoxboxError } from '../foundation/index.ts';
import type { LadderAnswer, LineReportAnswer, LineStep, LineTestRequest } from './contract/index.ts';
import type { Serve } from './method-server.ts';

/** What the API is given to test lines with: the line doctor and the book of traces. */
export interface LineTestParts {
  test(
    trunkId: string,
    options: LineTestRequest,
  ): AsyncIterable<
    ({ readonly kind: 'step' } & LineStep) | { readonly kind: 'report'; readonly report: LineReportAnswer }
  >;
  /** By id of a call, by SIP Call-ID, or `last`; null for what is not known any more. */
  ladder(id: string): LadderAnswer | null;
}

interface Kept {
  running: boolean;
  readonly steps: LineStep[];
  report: LineReportAnswer | null;
}

/** Serves `lineTestMethods`. The last report of each trunk is kept until the engine ends. */
export function serveLineTests(serve: Serve, parts: LineTestParts): void {
  const kept = new Map<string, Kept>();

  const test = async (trunkId: string, options: LineTestRequest): Promise<LineReportAnswer> => {
    if (kept.get(trunkId)?.running)
      throw new VoxboxError('line_test_failed', 'a test of that trunk is running');
    const state: Kept = { running: true, steps: [], report: null };
    const before = kept.get(trunkId);
    kept.set(trunkId, state);
    try {
      for await (const progress of parts.test(trunkId, options)) {
        if (progress.kind === 'report') state.report = progress.report;
        else state.steps.push({ stage: progress.stage, note: progress.note, afterMs: progress.afterMs });
      }
      if (!state.report) throw new VoxboxError('line_test_failed', 'the test ended without a report');
      return state.report;
    } catch (cause) {
      if (before) kept.set(trunkId, before);
      else kept.delete(trunkId);
      throw cause;
    } finally {
      state.running = false;
    }
  };

  serve('line.test', async ({ id, body }) => ({ report: await test(id, body) }));
  serve('line.progress', ({ id }) => kept.get(id) ?? { running: false, steps: [], report: null });
  serve('line.ladder', ({ id }) => {
    const ladder = parts.ladder(id);
    if (!ladder) throw new VoxboxError('not_found', `nothing is known of the messages of ${id}`);
    return ladder;
  });
}
