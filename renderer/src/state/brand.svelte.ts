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
  load(tenantId: string | null): Promise<void> {
    if (tenantId === null) return this.#show(null, '');
    return this.#show(businessesClient.branding(tenantId), businessesClient.logoUrl(tenantId));
  }

  /** Before anybody is signed in: the one that the address names. */
  loadOf(slug: string): Promise<void> {
    return this.#show(businessesClient.brand(slug), businessesClient.brandLogoUrl(slug));
  }

  async #show(asked: ReturnType<typeof businessesClient.branding> | null, logoUrl: string): Promise<void> {
    this.#latest += 1;
    const mine = this.#latest;
    const answer = await asked;
    if (mine === this.#latest) this.#paint(answer?.ok ? answer.value.branding : null, logoUrl);
  }

  #paint(branding: Branding | null, logoUrl: string): void {
    this.name = branding?.name ?? null;
    this.logo = branding?.hasLogo ? logoUrl : null;
    const { style } = document.documentElement;
    for (const property of ['--accent', '--accent-hover', '--accent-soft', '--on-accent']) {
      style.removeProperty(property);
    }
    if (!branding?.accent) return;
    for (const [property, value] of Object.entries(accentOf(branding.accent)))
      style.setProperty(property, value);
  }
}
