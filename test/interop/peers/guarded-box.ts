import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, startEngine } from '../../../engine/engine.ts';
import {
  type Config,
  loadConfig,
  silentLog,
  systemClock,
  systemIds,
} from '../../../engine/foundation/index.ts';
import { ha1Of } from '../../../engine/sip/index.ts';
import { type Box, ensureDemoTenant, openBox } from '../../../engine/store/index.ts';
import { EngineApi } from '../../caller/engine-api.ts';

export const boxHost = '127.0.0.1';
const phones = ['101', '102', '103', '104', '105', '106'];
export const passwordOf = (phone: string): string => `right horse ${phone}`;

type BanRow = { readonly address: string; readonly reason: string; readonly untilMs: number };

interface TlsSide {
  readonly port: number;
  readonly keyFile: string;
  readonly certFile: string;
}

export interface GuardedBoxOptions {
  /** Without them no agent answers, and it is up at once. */
  readonly withModels: boolean;
  readonly tls?: TlsSide;
  /** Authority that its trunks may have their certificates from, besides the public ones. */
  readonly caFile?: string;
  /** Where it listens; the loopback where left out. */
  readonly sipHost?: string;
  /** Settings that go before those of the others. */
  readonly settings?: Partial<Config>;
}

/** A box that trusts nobody, the loopback included, with six phones; the engine runs in this process. */
export class GuardedBox {
  #folder = '';
  readonly #options: GuardedBoxOptions;
  #engine: Engine | null = null;

  constructor(options: GuardedBoxOptions) {
    this.#options = options;
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
    return new EngineApi({ http: `http://${boxHost}:${this.httpPort}`, dataDir: join(this.folder, 'data') });
  }

  /** In force, as the running engine tells it; `bans list` shows the same. */
  async bans(): Promise<readonly BanRow[]> {
    const response = await this.api.request('/api/v1/bans');
    const { bans } = (await response.json()) as { bans: BanRow[] };
    return bans.filter(({ untilMs }) => untilMs > Date.now());
  }

  async start(): Promise<void> {
    if (this.#folder === '') this.#prepare();
    const { withModels, tls, caFile, sipHost = boxHost, settings } = this.#options;
    const rtpPortMin = 20_000 + 2 * Math.floor(Math.random() * 5500);
    const config = loadConfig({
      dataDir: join(this.folder, 'data'),
      ...(withModels ? {} : { modelsDir: join(this.folder, 'none') }),
      sipHost,
      sipPort: 0,
      httpPort: 0,
      trustLoopback: false,
      ...(tls ? { sipTlsPort: tls.port, sipTlsKey: tls.keyFile, sipTlsCert: tls.certFile } : {}),
      ...(caFile === undefined ? {} : { sipTlsCa: caFile }),
      rtpPortMin,
      rtpPortMax: rtpPortMin + 199,
      logLevel: 'silent',
      ...settings,
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
    if (this.#folder === '') this.#prepare();
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
