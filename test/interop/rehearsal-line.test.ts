import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig, silentLog, systemIds } from '../../engine/foundation/index.ts';
import { startInference } from '../../engine/inference/index.ts';
import { loadCases, rehearseOnLine } from '../../engine/rehearsal/index.ts';
import { engineMain } from '../caller/engine-process.ts';
import { missingFor } from '../caller/scene.ts';

const missing = await missingFor({ caller: true });
const folder = mkdtempSync(join(tmpdir(), 'voxbox-rehearsal-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(missing !== '')(`rehearsal over the line${missing}`, () => {
  it('plays cases with a whole engine on their own day, and grades what stands in its database', async () => {
    const { modelsDir } = loadConfig();
    const cases = loadCases().filter(
      ({ id }) => id === 'dentist-hours-saturday' || id === 'dentist-ask-for-doctor',
    );
    const inference = await startInference({ modelsDir, log: silentLog, uses: ['embedding'] });
    try {
      const results = await rehearseOnLine(cases, {
        ...{ ids: systemIds, modelsDir, inference, script: engineMain, audioDir: folder },
        embed: (texts) => inference.embed(texts, { priority: 'embedding' }),
      });
      expect(results.map(({ rehearsed, faults }) => [rehearsed.id, faults])).toEqual(
        cases.map(({ id }) => [id, []]),
      );
      expect(results[1]?.conversation?.transfers).toEqual(['Dr. Lee']);
      for (const { id } of cases) {
        const recording = join(folder, `${id}.wav`);
        expect(existsSync(recording) && statSync(recording).size).toBeGreaterThan(100_000);
      }
    } finally {
      await inference.stop();
    }
  }, 240_000);
});
