import type { Branding } from '../../../engine/api/contract/index.ts';
import { accentOf } from '../accent.ts';
import { businessesClient } from '../clients/businesses.ts';

/** What stands in the frame in place of the product's own name. */
export class Brand {
  name = $state<string | null>(null);
  /** Address of the picture; null where there is none. */
  logo = $state<string | null>(null);
  #latest = 0;

  /** Of the business at hand; null: the product's own. */
  async load(tenantId: string | null): Promise<void> {
    this.#latest += 1;
    const mine = this.#latest;
    const answer = tenantId === null ? null : await businessesClient.branding(tenantId);
    if (mine !== this.#latest) return;
    this.#paint(tenantId, answer?.ok ? answer.value.branding : null);
  }

  #paint(tenantId: string | null, branding: Branding | null): void {
    this.name = branding?.name ?? null;
    this.logo = branding?.hasLogo && tenantId !== null ? businessesClient.logoUrl(tenantId) : null;
    const { style } = document.documentElement;
    for (const property of ['--accent', '--accent-hover', '--accent-soft', '--on-accent']) {
      style.removeProperty(property);
    }
    if (!branding?.accent) return;
    for (const [property, value] of Object.entries(accentOf(branding.accent)))
      style.setProperty(property, value);
  }
}
