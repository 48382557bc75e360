import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Caller, callerMissing, openCaller } from './caller.ts';
import { EngineApi } from './engine-api.ts';
import { type EngineProcess, engineMissing, startEngineProcess } from './engine-process.ts';

/** A test's own data directory and the engines and callers on it; everything ends with it. */
export class Scene {
  readonly folder = mkdtempSync(join(tmpdir(), 'voxbox-scene-'));
  readonly dataDir = join(this.folder, 'data');
  readonly #undo: (() => unknown)[] = [];

  async engine(
    options: { env?: Readonly<Record<string, string>>; flags?: readonly string[]; dataDir?: string } = {},
  ): Promise<EngineProcess & { readonly api: EngineApi }> {
    const engine = await startEngineProcess({ dataDir: this.dataDir, ...options });
    this.#undo.push(() => engine.stop());
    return { ...engine, api: new EngineApi(engine) };
  }

  async caller(): Promise<Caller> {
    const caller = await openCaller();
    this.#undo.push(() => caller.close());
    return caller;
  }

  /** Something to be undone at the end. */
  after(step: () => unknown): void {
    this.#undo.push(step);
  }

  async end(): Promise<void> {
    for (const step of this.#undo.splice(0).reverse()) await step();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const programMissing = (program: string): string | null =>
  spawnSync(program, ['-h'], { timeout: 5000, stdio: 'ignore' }).error ? `${program} is not installed` : null;

/** Why a test that needs these cannot run here, as the end of its title; an empty string when it can. */
export async function missingFor(needs: {
  readonly caller?: boolean;
  readonly programs?: readonly string[];
}): Promise<string> {
  const reasons = [
    engineMissing(),
    needs.caller ? await callerMissing() : null,
    ...(needs.programs ?? []).map(programMissing),
  ].filter((reason) => reason !== null);
  return reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
}
