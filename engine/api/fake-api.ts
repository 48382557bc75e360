import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type Clock, silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from '../store/index.ts';
import { type ApiOptions, buildApi } from './server.ts';

/** Fake: a box in a folder of its own that takes no calls, and its API without a port. */
export class FakeApi {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'voxbox-api-'));
  readonly box: Box;
  readonly #built: Awaited<ReturnType<typeof buildApi>>[] = [];

  constructor(clock: Clock = systemClock) {
    this.box = openBox({ dataDir: this.dataDir, clock, ids: systemIds, log: silentLog });
  }

  options(given: Partial<ApiOptions> = {}): ApiOptions {
    const { box, dataDir } = this;
    return {
      ...{ host: '127.0.0.1', port: 0, box, dataDir, log: silentLog },
      live: { list: () => [], on: () => () => {} },
      health: () => ({ status: 'ready' }),
      ...given,
    };
  }

  async build(given: Partial<ApiOptions> = {}): Promise<FastifyInstance> {
    const built = await buildApi(this.options(given));
    this.#built.push(built);
    return built.app;
  }

  async close(): Promise<void> {
    for (const { app, feed } of this.#built) {
      feed.stop();
      await app.close();
    }
    this.box.close();
    rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}
