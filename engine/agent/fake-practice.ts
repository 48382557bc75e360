import { DateTime } from 'luxon';
import { type Clock, VoxboxError } from '../foundation/index.ts';
import { type OpenSpan, professionOf } from '../store/index.ts';
import type {
  FoundAppointment,
  Opening,
  Person,
  ProfileSnapshot,
  ReceptionistTools,
  SubmissionRequest,
} from './model.ts';
import type { UnderstandingContext } from './understanding/understand.ts';

const weekdays = [1, 2, 3, 4, 5] as const;

/** Fake business for tests: a dental practice in New York. */
export const brightSmile: ProfileSnapshot = {
  tenantId: 'tenant-1',
  tenantName: 'Bright Smile Dental',
  timeZone: 'America/New_York',
  language: 'en-US',
  agentName: 'Ava',
  greeting: 'Thank you for calling Bright Smile Dental, this is Ava. How can I help you?',
  voice: 'voice',
  skills: ['book', 'hours', 'price'],
  prompt: '',
  playbook: professionOf('general').playbook,
  hours: [
    ...weekdays.map((weekday): OpenSpan => ({ weekday, fromMinute: 540, toMinute: 1020 })),
    { weekday: 6, fromMinute: 540, toMinute: 780 },
  ],
  services: [
    {
      id: 'clean',
      name: 'Check-up and cleaning',
      aliases: ['cleaning', 'check-up', 'checkup'],
      durationMinutes: 30,
      priceMinor: 12_000,
      currency: 'USD',
    },
    { id: 'fill', name: 'Filling', aliases: [], durationMinutes: 60, priceMinor: 21_000, currency: 'USD' },
    { id: 'white', name: 'Whitening', aliases: [], durationMinutes: 45, priceMinor: 35_000, currency: 'USD' },
  ],
};

/** People of the fake business whom callers may be put through to. */
export const fakePeople: readonly Person[] = [
  { id: 'desk', name: 'the front desk', aliases: ['reception'] },
  { id: 'lee', name: 'Dr. Lee', aliases: ['Susan Lee'] },
];

/** Friday, 20 November 2026, 10:00 in New York. */
export const fridayMorningMs = DateTime.fromISO('2026-11-20T10:00', { zone: 'America/New_York' }).toMillis();

/** Of a turn that nothing was asked before. */
export const nothingAsked: UnderstandingContext = {
  expecting: 'open',
  serviceAsked: false,
  knownDay: null,
  knownPhone: null,
  choices: 0,
  slots: [],
  slotAsked: null,
  nowMs: fridayMorningMs,
};

export const stoppedClock = (nowMs: number): Clock => ({ nowMs: () => nowMs, monotonicMs: () => nowMs });

export interface FakeTools extends ReceptionistTools {
  readonly bookings: {
    readonly serviceId: string;
    readonly startsAtMs: number;
    readonly customerName: string;
    readonly customerPhone: string;
  }[];
  readonly submissions: SubmissionRequest[];
  /** Coming appointments of the caller; moved and cancelled ones are changed in place. */
  readonly appointments: FoundAppointment[];
  readonly notCalled: string[];
}

/**
 * Fake calendar in memory: one chair, openings every half hour within the hours.
 *
 * @param taken local times that are booked, `yyyy-mm-ddThh:mm`
 * @param stolen times that are still offered but that the booking finds taken
 */
export function fakeTools(
  snapshot: ProfileSnapshot,
  options: {
    readonly taken?: readonly string[];
    readonly stolen?: readonly string[];
    readonly delayMs?: number;
    readonly failure?: VoxboxError;
    readonly appointments?: readonly FoundAppointment[];
    readonly answers?: Readonly<Record<string, string>>;
  } = {},
): FakeTools {
  const zone = snapshot.timeZone;
  const toMs = (local: string): number => DateTime.fromISO(local, { zone }).toMillis();
  const taken = new Set((options.taken ?? []).map(toMs));
  const stolen = new Set((options.stolen ?? []).map(toMs));
  const bookings: FakeTools['bookings'] = [];
  const submissions: FakeTools['submissions'] = [];
  const appointments: FoundAppointment[] = [...(options.appointments ?? [])];
  const notCalled: string[] = [];
  const placeOf = (id: string): number => appointments.findIndex((appointment) => appointment.id === id);
  const wait = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, options.delayMs ?? 0));
  return {
    bookings,
    submissions,
    appointments,
    notCalled,
    async hold() {
      return { expiresAtMs: Number.MAX_SAFE_INTEGER };
    },
    async findAppointments() {
      await wait();
      return appointments;
    },
    async reschedule({ appointmentId, startsAtMs }) {
      await wait();
      if (options.failure) throw options.failure;
      const old = appointments[placeOf(appointmentId)];
      if (!old) throw new VoxboxError('not_found', 'no such appointment');
      const moved = { ...old, startsAtMs, endsAtMs: startsAtMs + old.endsAtMs - old.startsAtMs };
      appointments[placeOf(appointmentId)] = moved;
      return moved;
    },
    async cancel({ appointmentId }) {
      await wait();
      const [old] = appointments.splice(placeOf(appointmentId), 1);
      if (!old) throw new VoxboxError('not_found', 'no such appointment');
      return old;
    },
    async submit(request) {
      await wait();
      submissions.push(request);
      return { id: `submission-${submissions.length}` };
    },
    async lookUp({ question }) {
      await wait();
      const text = options.answers?.[question];
      return text === undefined ? null : { text, passageIds: ['passage-1'] };
    },
    async doNotCall({ number }) {
      await wait();
      notCalled.push(number);
      return { number };
    },
    async findOpenings(request) {
      await wait();
      const lastsMs =
        (snapshot.services.find((service) => service.id === request.serviceId)?.durationMinutes ?? 30) *
        60_000;
      const found: Opening[] = [];
      let day = DateTime.fromMillis(request.fromMs, { zone }).startOf('day');
      for (; day.toMillis() < request.toMs && found.length < request.limit; day = day.plus({ days: 1 })) {
        for (const span of snapshot.hours.filter((entry) => entry.weekday === day.weekday)) {
          for (let minute = span.fromMinute; minute + lastsMs / 60_000 <= span.toMinute; minute += 30) {
            const startsAtMs = day.set({ hour: Math.floor(minute / 60), minute: minute % 60 }).toMillis();
            if (startsAtMs < request.fromMs || startsAtMs >= request.toMs || taken.has(startsAtMs)) continue;
            found.push({ startsAtMs, endsAtMs: startsAtMs + lastsMs });
          }
        }
      }
      return found.slice(0, request.limit);
    },
    async book(request) {
      await wait();
      if (options.failure) throw options.failure;
      if (stolen.has(request.startsAtMs)) throw new VoxboxError('opening_taken', 'taken');
      bookings.push(request);
      taken.add(request.startsAtMs);
      const service = snapshot.services.find((entry) => entry.id === request.serviceId);
      return {
        id: `appointment-${bookings.length}`,
        serviceName: service?.name ?? '',
        startsAtMs: request.startsAtMs,
        endsAtMs: request.startsAtMs + (service?.durationMinutes ?? 30) * 60_000,
        staffName: 'Dr. Lee',
      };
    },
  };
}
