import type {
  Appointment,
  BookRequest,
  BusyTime,
  Holiday,
  Opening,
  OpenSpan,
  Service,
  Staff,
} from '../../../engine/api/contract/index.ts';
import type { Answer, Failure } from '../asking.ts';
import { calendarClient } from '../clients/calendar.ts';
import { clockTime, shortDay } from '../format.ts';
import { calendarStrings } from '../strings-calendar.ts';
import { addDays, type Day, dayOf, mondayOf, startOfDayMs } from '../zone.ts';
import { Loaded } from './loaded.svelte.ts';

export type CalendarView = 'week' | 'day';

/** What came of the last change, and the way back. */
export interface Notice {
  readonly text: string;
  readonly failure?: Failure;
  readonly undo?: () => Promise<void>;
  /** Free times in place of the one that was refused. */
  readonly nearest?: readonly Opening[];
  readonly take?: (opening: Opening) => Promise<void>;
}

interface Offer {
  readonly services: readonly Service[];
  readonly staff: readonly Staff[];
  readonly hours: readonly OpenSpan[];
  readonly holidays: readonly Holiday[];
}

const words = calendarStrings.notice;

/** The calendar of one tenant: the days that are shown, and what is done to their appointments. */
export class Calendar {
  readonly tenantId: string;
  readonly zone: string;
  readonly shown = new Loaded<{ appointments: Appointment[]; busy: BusyTime[] }>();
  readonly offer = new Loaded<Offer>();
  day = $state.raw<Day>({ year: 1970, month: 1, day: 1 });
  view = $state<CalendarView>('week');
  notice = $state.raw<Notice | null>(null);
  /** Appointments that something is being done to: a second click on it does nothing. */
  readonly #going = new Set<string>();

  readonly days = $derived.by((): readonly Day[] => {
    const first = this.view === 'week' ? mondayOf(this.day) : this.day;
    return Array.from({ length: this.view === 'week' ? 7 : 1 }, (_, i) => addDays(first, i));
  });

  constructor(tenantId: string, zone: string, today: Day) {
    this.tenantId = tenantId;
    this.zone = zone;
    this.day = today;
  }

  get span(): { readonly fromMs: number; readonly toMs: number } {
    const [first = this.day] = this.days;
    const last = this.days.at(-1) ?? first;
    return {
      fromMs: startOfDayMs(first, this.zone),
      toMs: startOfDayMs(addDays(last, 1), this.zone),
    };
  }

  load(): Promise<unknown> {
    return this.shown.load(calendarClient.appointments(this.tenantId, this.span));
  }

  loadOffer(): Promise<unknown> {
    return this.offer.load(this.#fetchOffer());
  }

  find(id: string): Appointment | null {
    return this.shown.value?.appointments.find((one) => one.id === id) ?? null;
  }

  whenOf = ({ startsAtMs }: Pick<Appointment, 'startsAtMs'>): string =>
    `${shortDay(startsAtMs, this.zone)}, ${clockTime(startsAtMs, this.zone)}`;

  /** Null when it is booked; a refusal is the form's to tell. */
  async book(booking: BookRequest): Promise<Failure | null> {
    const answer = await calendarClient.book(this.tenantId, booking);
    if (!answer.ok) return answer.failure;
    const { appointment } = answer.value;
    this.#follow(appointment);
    await this.#done(words.booked(appointment.customerName, this.whenOf(appointment)), async () => {
      await this.#settle(
        appointment.id,
        () => calendarClient.cancel(this.tenantId, appointment.id),
        () => this.#cancelled(appointment),
      );
    });
    return null;
  }

  async move(appointment: Appointment, to: { startsAtMs: number; staffId?: string }): Promise<void> {
    const { id, startsAtMs, staffId } = appointment;
    const answer = await calendarClient.move(this.tenantId, id, to);
    if (!answer.ok) return this.#refused(appointment, to, answer.failure);
    const moved = answer.value.appointment;
    this.#follow(moved);
    await this.#done(words.moved(moved.customerName, this.whenOf(moved)), () =>
      this.#settle(
        id,
        () => calendarClient.move(this.tenantId, id, { startsAtMs, staffId }),
        () => this.#back(moved),
      ),
    );
  }

  async cancel(appointment: Appointment): Promise<void> {
    const { id, status } = appointment;
    await this.#settle(
      id,
      () => calendarClient.cancel(this.tenantId, id),
      () => this.#cancelled(appointment, status),
    );
  }

  async approve({ id }: Appointment): Promise<void> {
    // There is no way back: the customer is told at once.
    await this.#settle(
      id,
      () => calendarClient.approve(this.tenantId, id),
      ({ customerName }) => this.#done(words.approved(customerName)),
    );
  }

  async decline({ id }: Appointment): Promise<void> {
    await this.#settle(
      id,
      () => calendarClient.decline(this.tenantId, id),
      (declined) => this.#done(words.declined(declined.customerName), () => this.#restore(declined, 'draft')),
    );
  }

  /** What has gone to a day that is not shown is shown there. */
  #follow({ startsAtMs }: Appointment): void {
    const { fromMs, toMs } = this.span;
    if (startsAtMs < fromMs || startsAtMs >= toMs) this.day = dayOf(startsAtMs, this.zone);
  }

  #cancelled({ id, customerName }: Appointment, before: Appointment['status'] = 'booked'): Promise<void> {
    const status = before === 'draft' ? 'draft' : 'booked';
    return this.#done(words.cancelled(customerName), () => this.#restore({ id }, status));
  }

  #restore({ id }: Pick<Appointment, 'id'>, status: 'booked' | 'draft'): Promise<void> {
    return this.#settle(
      id,
      () => calendarClient.restore(this.tenantId, id, status),
      (one) => this.#back(one),
    );
  }

  #back(one: Appointment): Promise<void> {
    this.#follow(one);
    return this.#done(words.back(one.customerName));
  }

  async #settle(
    id: string,
    ask: () => Promise<Answer<{ appointment: Appointment }>>,
    settle: (appointment: Appointment) => Promise<void>,
  ): Promise<void> {
    if (this.#going.has(id)) return;
    this.#going.add(id);
    const answer = await ask();
    this.#going.delete(id);
    if (answer.ok) await settle(answer.value.appointment);
    else this.notice = { text: answer.failure.message, failure: answer.failure };
  }

  async #done(text: string, undo?: () => Promise<void>): Promise<void> {
    this.notice = undo ? { text, undo } : { text };
    await this.load();
  }

  async #refused(
    appointment: Appointment,
    to: { startsAtMs: number; staffId?: string },
    failure: Failure,
  ): Promise<void> {
    const told: Notice = { text: failure.message, failure };
    this.notice = told;
    const { id, serviceId } = appointment;
    const asked = { service: serviceId, staff: to.staffId ?? null, appointment: id };
    const found = await calendarClient.openings(this.tenantId, asked, { near: to.startsAtMs });
    // Meanwhile something else may have happened.
    if (this.notice !== told || !found.ok || found.value.openings.length === 0) return;
    this.notice = {
      ...{ ...told, nearest: found.value.openings },
      take: ({ startsAtMs }) => this.move(appointment, { ...to, startsAtMs }),
    };
  }

  async #fetchOffer(): Promise<Answer<Offer>> {
    const [services, staff, hours, holidays] = await Promise.all([
      calendarClient.services(this.tenantId),
      calendarClient.staff(this.tenantId),
      calendarClient.hours(this.tenantId),
      calendarClient.holidays(this.tenantId),
    ]);
    if (!services.ok) return services;
    if (!staff.ok) return staff;
    if (!hours.ok) return hours;
    if (!holidays.ok) return holidays;
    return { ok: true, value: { ...services.value, ...staff.value, ...hours.value, ...holidays.value } };
  }
}
