import type {
  Ban,
  DefenceFigures,
  LineStatus,
  PhoneLine,
  Trunk,
  TrunkPreset,
} from '../../../engine/api/contract/index.ts';
import type { Failure } from '../asking.ts';
import { numbersClient } from '../clients/numbers.ts';
import { inTurn } from '../in-turn.ts';
import type { Feed } from './feed.svelte.ts';
import { Loaded } from './loaded.svelte.ts';

const lookAgainMs = 5_000;

/** A trunk as it is set up, and how it is at present where the engine tells. */
export interface LineRow {
  readonly trunk: Trunk;
  readonly status: LineStatus | null;
}

/** The ways into the box and out of it, and who is kept off them. */
export class Numbers {
  readonly trunks = new Loaded<{ trunks: Trunk[] }>();
  readonly presets = new Loaded<{ presets: TrunkPreset[] }>();
  readonly lines = new Loaded<{ lines: LineStatus[]; phones: PhoneLine[] }>();
  readonly defence = new Loaded<{ bans: Ban[]; figures: DefenceFigures | null }>();
  /** Of moving a line in the order. */
  failure = $state.raw<Failure | null>(null);

  /** In the order in which they are tried. */
  get rows(): readonly LineRow[] | null {
    const statuses = this.lines.value?.lines ?? [];
    return (
      this.trunks.value?.trunks.map((trunk) => ({
        trunk,
        status: statuses.find(({ id }) => id === trunk.id) ?? null,
      })) ?? null
    );
  }

  /** Keeps up with the box until the returned function is called. */
  start(feed: Feed): () => void {
    this.load();
    const leave = feed.onStored(({ type }) => {
      if (type.startsWith('trunk.')) void this.loadLines();
      if (type === 'source.banned' || type === 'ban.lifted') this.loadDefence();
    });
    // How a line does is no stored event.
    const timer = setInterval(() => void this.lines.load(numbersClient.lines()), lookAgainMs);
    return () => {
      leave();
      clearInterval(timer);
    };
  }

  load(): void {
    void this.presets.load(numbersClient.presets());
    void this.loadLines();
    this.loadDefence();
  }

  async loadLines(): Promise<void> {
    await Promise.all([this.trunks.load(numbersClient.trunks()), this.lines.load(numbersClient.lines())]);
  }

  loadDefence(): void {
    void this.defence.load(numbersClient.defence());
  }

  /** Puts a line one place earlier or later in the order in which they are tried. */
  move(id: string, by: 1 | -1): Promise<void> {
    return this.#send(() => this.#move(id, by));
  }

  /** Of the order as the move before it has left it. */
  readonly #send = inTurn();
  async #move(id: string, by: 1 | -1): Promise<void> {
    const order = this.trunks.value?.trunks ?? [];
    const at = order.findIndex((trunk) => trunk.id === id);
    const moved = order[at];
    if (!moved || !order[at + by]) return;
    const wanted = order.toSpliced(at, 1).toSpliced(at + by, 0, moved);
    for (const [place, trunk] of wanted.entries()) {
      const priority = (place + 1) * 10;
      if (trunk.priority === priority) continue;
      const answer = await numbersClient.changeTrunk(trunk.id, { priority });
      this.failure = answer.ok ? null : answer.failure;
      if (!answer.ok) break;
    }
    await this.loadLines();
  }
}
