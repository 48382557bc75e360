import type { OpenSpan, Profession } from '../../../engine/api/contract/index.ts';

export const stepNames = ['business', 'hours', 'voice', 'number', 'calendar', 'knowledge', 'talk'] as const;
export type StepName = (typeof stepNames)[number];

interface Typed {
  readonly language: string;
  readonly name: string;
  readonly profession: string;
  readonly timeZone: string;
  readonly number: string;
  readonly hours: readonly OpenSpan[] | null;
}

const keptAs = 'voxbox.setup';
const usual: Typed = {
  language: 'en-US',
  name: '',
  profession: '',
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  number: '',
  hours: null,
};

/** What is typed while a business is set up, and how far that is. It outlives a reload of the page. */
export class SetupForm {
  step = $state<StepName>('business');
  /** The business, once it is there: from then on every step saves by itself. */
  tenantId = $state<string | null>(null);
  #typed = $state.raw<Typed>(usual);

  constructor() {
    const kept = readKept();
    if (!kept) return;
    this.#typed = kept.typed;
    this.tenantId = kept.tenantId;
    this.step = kept.step;
  }

  get typed(): Typed {
    return this.#typed;
  }

  set(change: Partial<Typed>): void {
    this.#typed = { ...this.#typed, ...change };
    this.#keep();
  }

  /** The hours come with the profession until somebody has changed them. */
  hours(profession: Profession | undefined): readonly OpenSpan[] {
    return this.#typed.hours ?? profession?.hours ?? [];
  }

  go(step: StepName): void {
    this.step = step;
    this.#keep();
  }

  created(tenantId: string): void {
    this.tenantId = tenantId;
    this.#keep();
  }

  /** Another business may be set up after this one. */
  forget(): void {
    this.#typed = usual;
    this.tenantId = null;
    this.step = 'business';
    try {
      sessionStorage.removeItem(keptAs);
    } catch {
      // Nothing was kept either.
    }
  }

  #keep(): void {
    const { typed, tenantId, step } = this;
    try {
      sessionStorage.setItem(keptAs, JSON.stringify({ typed, tenantId, step }));
    } catch {
      // Storage may be switched off; what is typed then lasts as long as the page.
    }
  }
}

function readKept(): { typed: Typed; tenantId: string | null; step: StepName } | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(keptAs) ?? 'null');
    const step = stepNames.find((name) => name === kept?.step);
    return step && kept.typed ? { typed: { ...usual, ...kept.typed }, tenantId: kept.tenantId, step } : null;
  } catch {
    return null;
  }
}
