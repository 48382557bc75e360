import type { z } from 'zod';
import { methods, paths } from '../../engine/api/contract/index.ts';
import { runningEngine } from '../../engine/store/index.ts';

export type CallDetail = z.infer<(typeof methods)['call.read']['answer']>;
export type CallRow = z.infer<(typeof methods)['call.list']['answer']>['calls'][number];
export type AppointmentRow = z.infer<(typeof methods)['appointment.list']['answer']>['appointments'][number];
export type TenantRow = z.infer<(typeof methods)['tenant.list']['answer']>['tenants'][number];

/** Where an engine is, and what lets this user in: it stands in a file of the data directory. */
export interface ReachedEngine {
  /** For example http://127.0.0.1:40123 */
  readonly http: string;
  readonly dataDir: string;
}

/** The engine's HTTP API as the tests read it; every answer is held against the contract. */
export class EngineApi {
  readonly #engine: ReachedEngine;

  constructor(engine: ReachedEngine) {
    this.#engine = engine;
  }

  /** As an owner of the box; whatever the answer is. */
  request(path: string, init: RequestInit = {}): Promise<Response> {
    const { http, dataDir } = this.#engine;
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${runningEngine(dataDir)?.http?.key}`);
    const signal = AbortSignal.timeout(30_000);
    return fetch(`${http.replace(/\/$/, '')}${path}`, { signal, ...init, headers });
  }

  async tenants(): Promise<readonly TenantRow[]> {
    return (await this.#get(paths['tenant.list'], methods['tenant.list'].answer)).tenants;
  }

  async calls(): Promise<readonly CallRow[]> {
    return (await this.#get(paths['call.list'], methods['call.list'].answer)).calls;
  }

  call(id: string): Promise<CallDetail> {
    return this.#get(paths['call.read'].replace(':id', id), methods['call.read'].answer);
  }

  async recording(id: string): Promise<Buffer> {
    const response = await this.#fetch(paths['call.recording'].replace(':id', id));
    return Buffer.from(await response.arrayBuffer());
  }

  async appointments(): Promise<readonly AppointmentRow[]> {
    const far = Date.now() + 400 * 86_400_000;
    const path = `${paths['appointment.list']}?from=0&to=${far}`;
    return (await this.#get(path, methods['appointment.list'].answer)).appointments;
  }

  /** Waits until the newest call is over and returns its record. */
  async finishedCall(timeoutMs = 15_000): Promise<CallDetail> {
    const deadlineMs = Date.now() + timeoutMs;
    for (;;) {
      const [newest] = await this.calls();
      if (newest?.endedAtMs) return this.call(newest.id);
      if (Date.now() > deadlineMs) throw new Error('The call is still not over');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #get<T extends z.ZodType>(path: string, answer: T): Promise<z.infer<T>> {
    return answer.parse(await (await this.#fetch(path)).json());
  }

  async #fetch(path: string): Promise<Response> {
    const response = await this.request(path);
    if (!response.ok) throw new Error(`GET ${path} got ${response.status}: ${await response.text()}`);
    return response;
  }
}
