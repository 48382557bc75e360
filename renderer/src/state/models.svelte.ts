import type { CatalogueModel, ModelDownload } from '../../../engine/api/contract/index.ts';
import type { Failure } from '../asking.ts';
import { modelsClient } from '../clients/models.ts';
import type { Feed } from './feed.svelte.ts';
import { Loaded } from './loaded.svelte.ts';

/** The models that the box knows, and how their downloads do. */
export class Models {
  readonly all = new Loaded<{ models: CatalogueModel[] }>();
  /** What the feed told since they were fetched, by model. */
  #downloads = $state.raw<Readonly<Record<string, ModelDownload>>>({});
  /** How often something was told of a model. */
  readonly #told = new Map<string, number>();
  /** Which one is being put to use. */
  using = $state<string | null>(null);
  /** Which one was put to use last. */
  used = $state<string | null>(null);
  /** What went wrong with the model that was asked for last. */
  failed = $state.raw<{ readonly id: string; readonly failure: Failure } | null>(null);

  /** Keeps up with the box until the returned function is called. */
  start(feed: Feed): () => void {
    void this.load();
    const ways = [
      feed.onModel(({ model, download }) => this.#heard(model, download)),
      feed.onSnapshot(() => void this.load()),
    ];
    return () => {
      for (const leave of ways) leave();
    };
  }

  async load(): Promise<void> {
    const told = new Map(this.#told);
    await this.all.load(modelsClient.models());
    // What was told meanwhile is newer than the answer.
    const newer = Object.entries(this.#downloads).filter(([id]) => this.#told.get(id) !== told.get(id));
    this.#downloads = Object.fromEntries(newer);
  }

  downloadOf({ id, download }: CatalogueModel): ModelDownload | null {
    return this.#downloads[id] ?? download;
  }

  async download(id: string): Promise<void> {
    const told = this.#told.get(id);
    const answer = await modelsClient.download(id);
    this.failed = answer.ok ? null : { id, failure: answer.failure };
    // The feed may have been quicker.
    if (answer.ok && told === this.#told.get(id)) this.#heard(id, answer.value.download);
  }

  async cancel(id: string): Promise<void> {
    const answer = await modelsClient.cancel(id);
    this.failed = answer.ok ? null : { id, failure: answer.failure };
  }

  async use(id: string): Promise<void> {
    if (this.using !== null) return;
    this.using = id;
    const answer = await modelsClient.use(id);
    this.using = null;
    this.failed = answer.ok ? null : { id, failure: answer.failure };
    if (answer.ok) this.used = id;
    await this.load();
  }

  #heard(id: string, download: ModelDownload): void {
    this.#told.set(id, (this.#told.get(id) ?? 0) + 1);
    this.#downloads = { ...this.#downloads, [id]: download };
    // It lies on the box now.
    if (download.state === 'done') void this.load();
  }
}
