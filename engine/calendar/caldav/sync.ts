import type { CalendarLink, TenantStore } from '../../store/index.ts';

/** Who asks for calendars, and where. */
export interface CalendarAccount {
  readonly address: string;
  readonly user: string;
  readonly password: string;
  /** Its server may stand in the own network. */
  readonly allowPrivate: boolean;
}

export interface FoundCalendar {
  readonly href: string;
  readonly name: string;
  readonly readOnly: boolean;
}

export type CalendarToLink = CalendarAccount & Pick<CalendarLink, 'calendar' | 'name' | 'staffId'>;

/** Calendars elsewhere, kept in step with the appointments of each business. */
export interface CalendarSync {
  /**
   * @throws VoxboxError `calendar_login_refused`, `calendar_not_found`, `calendar_unreachable`,
   *   `calendar_certificate_untrusted`, `calendar_address_refused`
   */
  find(account: CalendarAccount): Promise<FoundCalendar[]>;
  /** Its first sync begins at once. @throws VoxboxError as `find`; `calendar_linked` */
  link(store: TenantStore, wanted: CalendarToLink): Promise<CalendarLink>;
  /** What came from it goes; what was written there stays. @throws VoxboxError `not_found` */
  unlink(store: TenantStore, linkId: string): void;
  /** Resolves when it is in step, or could not be brought there: the link says which. */
  syncNow(store: TenantStore, linkId: string): Promise<void>;
  /** Something was booked or changed: calendars hear of it soon. */
  nudge(tenantId: string): void;
  /** Idempotent; resolves when what is under way has ended. */
  stop(): Promise<void>;
}
