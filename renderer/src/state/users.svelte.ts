import type { Invitation, Member, User } from '../../../engine/api/contract/index.ts';
import type { Answer, Failure } from '../asking.ts';
import { usersClient } from '../clients/users.ts';
import type { Feed } from './feed.svelte.ts';
import { Loaded } from './loaded.svelte.ts';

/** Who works for one business; for owners of the box, everybody who has an account on it. */
export class Users {
  readonly tenantId: string;
  readonly #ofBox: boolean;
  readonly members = new Loaded<{ members: Member[]; invitations: Invitation[] }>();
  readonly users = new Loaded<{ users: User[]; invitations: Invitation[] }>();

  constructor(tenantId: string, ofBox: boolean) {
    this.tenantId = tenantId;
    this.#ofBox = ofBox;
  }

  /** Keeps up with the box until the returned function is called. */
  start(feed: Feed): () => void {
    this.load();
    return feed.onStored(({ type }) => {
      if (/^(?:user|membership|invitation)\./.test(type)) this.load();
    });
  }

  load(): void {
    void this.members.load(usersClient.members(this.tenantId));
    if (this.#ofBox) void this.users.load(usersClient.users());
  }

  /** A change whose answer shows in the lists. */
  async gone<T>(change: Promise<Answer<T>>): Promise<Answer<T>> {
    const answer = await change;
    if (answer.ok) this.load();
    return answer;
  }

  async done(change: Promise<Answer<unknown>>): Promise<Failure | null> {
    const answer = await this.gone(change);
    return answer.ok ? null : answer.failure;
  }
}
