import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, startEngine } from '../../../engine/engine.ts';
import { loadConfig, silentLog, systemClock, systemIds } from '../../../engine/foundation/index.ts';
import { ha1Of } from '../../../engine/sip/index.ts';
import { type Box, ensureDemoTenant, openBox } from '../../../engine/store/index.ts';
import { EngineApi } from '../../caller/engine-api.ts';

export const boxHost = '127.0.0.1';
export const phones = ['101', '102', '103'] as const;
export const passwordOf = (phone: string): string => `right horse ${phone}`;

type BanRow = { readonly address: string; readonly reason: string; readonly untilMs: number };

interface TlsSide {
  readonly port: number;
  readonly keyFile: string;
  readonly certFile: string;
}

/** A box that trusts nobody, the loopback included, with three phones; the engine runs in this process. */
export class GuardedBox {
  #folder = '';
  readonly #withModels: boolean;
  readonly #tls: TlsSide | null;
  #engine: Engine | null = null;

  /** @param options.withModels without them no agent answers, and it is up at once */
  constructor(options: { readonly withModels: boolean; readonly tls?: TlsSide }) {
    this.#withModels = options.withModels;
    this.#tls = options.tls ?? null;
  }

  /** Empty before the first start. */
  get folder(): string {
    return this.#folder;
  }

  get target(): { readonly host: string; readonly port: number } {
    return { host: boxHost, port: this.#engine?.sipPort ?? 0 };
  }

  get httpPort(): number {
    return this.#engine?.httpPort ?? 0;
  }

  get api(): EngineApi {
    return new EngineApi(`http://${boxHost}:${this.httpPort}`);
  }

  /** In force, as the running engine tells it; `bans list` shows the same. */
  async bans(): Promise<readonly BanRow[]> {
    const response = await fetch(`http://${boxHost}:${this.httpPort}/api/v1/bans`);
    const { bans } = (await response.json()) as { bans: BanRow[] };
    return bans.filter(({ untilMs }) => untilMs > Date.now());
  }

  async start(): Promise<void> {
    if (this.#folder === '') this.#prepare();
    const rtpPortMin = 20_000 + 2 * Math.floor(Math.random() * 5500);
    const config = loadConfig({
      dataDir: join(this.folder, 'data'),
      ...(this.#withModels ? {} : { modelsDir: join(this.folder, 'none') }),
      sipHost: boxHost,
      sipPort: 0,
      httpPort: 0,
      trustLoopback: false,
      ...(this.#tls
        ? { sipTlsPort: this.#tls.port, sipTlsKey: this.#tls.keyFile, sipTlsCert: this.#tls.certFile }
        : {}),
      rtpPortMin,
      rtpPortMax: rtpPortMin + 199,
      logLevel: 'silent',
    });
    this.#engine = await startEngine(config);
    await this.#engine.ready;
  }

  async stop(): Promise<void> {
    await this.#engine?.stop();
    this.#engine = null;
  }

  /** Reads or changes the data while no engine runs on it. */
  change<T>(change: (box: Box) => T): T {
    const dataDir = join(this.folder, 'data');
    const box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
    try {
      return change(box);
    } finally {
      box.close();
    }
  }

  async end(): Promise<void> {
    await this.stop();
    if (this.#folder !== '') rmSync(this.#folder, { recursive: true, force: true });
  }

  #prepare(): void {
    this.#folder = mkdtempSync(join(tmpdir(), 'voxbox-guarded-'));
    this.change((box) => {
      ensureDemoTenant(box);
      const tenantId = box.tenants.list()[0]?.id ?? '';
      for (const username of phones) {
        const ha1 = ha1Of(username, passwordOf(username));
        box.phones.add({ tenantId, username, ha1, label: username, extension: username });
      }
    });
  }
}
