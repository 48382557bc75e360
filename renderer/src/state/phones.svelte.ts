import type { Phone, RingGroup, TransferTarget } from '../../../engine/api/contract/index.ts';
import { phonesClient } from '../clients/phones.ts';
import type { Feed } from './feed.svelte.ts';
import { Loaded } from './loaded.svelte.ts';

/** The phones of one business, its ring groups, and who callers can be put through to. */
export class Phones {
  readonly tenantId: string;
  readonly phones = new Loaded<{ phones: Phone[] }>();
  readonly groups = new Loaded<{ ringGroups: RingGroup[] }>();
  readonly targets = new Loaded<{ transferTargets: TransferTarget[] }>();

  constructor(tenantId: string) {
    this.tenantId = tenantId;
  }

  /** Keeps up with the box until the returned function is called. */
  start(feed: Feed): () => void {
    this.load();
    return feed.onStored(({ type, tenantId }) => {
      if (tenantId !== this.tenantId) return;
      if (type.startsWith('phone.')) void this.phones.load(phonesClient.phones(tenantId));
      if (type.startsWith('ring-group.')) void this.groups.load(phonesClient.groups(tenantId));
      if (type.startsWith('transfer-target.')) void this.targets.load(phonesClient.targets(tenantId));
    });
  }

  load(): void {
    void this.phones.load(phonesClient.phones(this.tenantId));
    void this.groups.load(phonesClient.groups(this.tenantId));
    void this.targets.load(phonesClient.targets(this.tenantId));
  }

  /** Where a target or a member of a group is reached, in words; null for what is not there any more. */
  nameOf(kind: TransferTarget['kind'], target: string): string | null {
    if (kind === 'number') return target;
    if (kind === 'phone') {
      return this.phones.value?.phones.find(({ username }) => username === target)?.label ?? null;
    }
    return this.groups.value?.ringGroups.find(({ id }) => id === target)?.name ?? null;
  }
}
