import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Clock, systemIds } from '../../engine/foundation/index.ts';
import type { Box, CallOutcome, Tenant } from '../../engine/store/index.ts';

/** A Tuesday in March, 11:20 in New York. */
export const nowMs = Date.UTC(2026, 2, 10, 15, 20);

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

/** A clock that is set by hand. */
export class SetClock implements Clock {
  atMs = nowMs;
  nowMs = (): number => this.atMs;
  monotonicMs = (): number => this.atMs;
}

export interface Line {
  readonly speaker: 'caller' | 'agent';
  readonly text: string;
  readonly confidence?: number;
  readonly interrupted?: boolean;
  readonly latencyMs?: number;
}

export interface FinishedCall {
  readonly callerNumber: string | null;
  readonly callerName: string | null;
  readonly startedAtMs: number;
  readonly outcome: CallOutcome;
  readonly lines: readonly Line[];
  readonly slots?: Readonly<Record<string, string>>;
  readonly books?: Booking;
  readonly recorded?: boolean;
  readonly language?: string;
}

export interface Booking {
  readonly customerName: string;
  readonly customerPhone: string;
  readonly startsAtMs: number;
  readonly service: number;
  readonly staff: number;
}

/** A dental practice with some days behind it, in a real store. */
export class Practice {
  readonly tenant: Tenant;
  readonly #box: Box;
  readonly #clock: SetClock;
  readonly #dataDir: string;

  constructor({ box, clock, dataDir }: { box: Box; clock: SetClock; dataDir: string }) {
    this.#box = box;
    this.#clock = clock;
    this.#dataDir = dataDir;
    clock.atMs = nowMs - 40 * 24 * hourMs;
    this.tenant = box.tenants.create({
      name: 'Bright Smile Dental',
      industry: 'healthcare',
      timeZone: 'America/New_York',
      numbers: [{ number: '+12025550100', label: 'Front desk' }],
      profile: { agentName: 'Joe' },
      services: [
        { name: 'Check-up and cleaning', durationMinutes: 30, priceMinor: 12_000, currency: 'USD' },
        { name: 'Filling', durationMinutes: 60, priceMinor: 21_000, currency: 'USD' },
        { name: 'Whitening', durationMinutes: 45, priceMinor: 35_000, currency: 'USD' },
      ],
      staff: [{ name: 'Dr. Emily Carter' }, { name: 'Dr. Daniel Osei' }],
    });
    clock.atMs = nowMs;
  }

  book(booking: Booking, callId: string | null): string {
    const store = this.#box.tenant(this.tenant.id);
    const { services, staff } = store.profile();
    const service = services[booking.service];
    const member = staff[booking.staff];
    if (!service || !member) throw new Error('the practice has no such service or member of staff');
    const id = systemIds.uuid();
    store.transaction(() =>
      store.appointments.insert({
        id,
        serviceId: service.id,
        serviceName: service.name,
        staffId: member.id,
        staffName: member.name,
        startsAtMs: booking.startsAtMs,
        endsAtMs: booking.startsAtMs + service.durationMinutes * minuteMs,
        customerName: booking.customerName,
        customerPhone: booking.customerPhone,
        status: 'booked',
        callId,
        createdAtMs: this.#clock.nowMs(),
      }),
    );
    return id;
  }

  /** Takes a call from its first ring to its end. */
  call(finished: FinishedCall, id = systemIds.uuid()): string {
    const store = this.#box.tenant(this.tenant.id);
    const clock = this.#clock;
    const { callerNumber, callerName, lines, outcome } = finished;
    clock.atMs = finished.startedAtMs;
    store.calls.start({
      id,
      sipCallId: `${id}@phone`,
      callerNumber,
      callerName,
      calledNumber: '+12025550100',
      language: finished.language ?? 'en-US',
    });
    const recording = finished.recorded ? `recordings/${this.tenant.id}/${id}.wav` : null;
    if (outcome !== 'refused' && lines.length > 0) {
      clock.atMs += 1000;
      store.calls.answer(id, { recording });
      const spans = this.#speak(id, lines);
      if (recording) writeRecording(join(this.#dataDir, recording), spans);
    }
    if (finished.slots) store.slotsUnderstood(id, 'book', finished.slots);
    if (finished.books) this.book(finished.books, id);
    store.calls.end(id, outcome);
    clock.atMs = nowMs;
    return id;
  }

  #speak(callId: string, lines: readonly Line[]): readonly Span[] {
    const clock = this.#clock;
    const zeroMs = clock.atMs;
    const spans: Span[] = [];
    for (const line of lines) {
      clock.atMs += line.latencyMs ?? 400;
      const startedAtMs = clock.atMs;
      clock.atMs += 600 + line.text.length * 55;
      spans.push({ speaker: line.speaker, fromMs: startedAtMs - zeroMs, toMs: clock.atMs - zeroMs });
      const { latencyMs } = line;
      this.#box.tenant(this.tenant.id).transcript.add({
        callId,
        speaker: line.speaker,
        text: line.text,
        startedAtMs,
        endedAtMs: clock.atMs,
        confidence: line.speaker === 'caller' ? (line.confidence ?? 0.93) : null,
        interrupted: line.interrupted ?? false,
        latency: latencyMs
          ? {
              totalMs: latencyMs,
              endOfTurnMs: Math.round(latencyMs * 0.55),
              sttMs: Math.round(latencyMs * 0.2),
              understandingMs: Math.round(latencyMs * 0.15),
              ttsMs: Math.round(latencyMs * 0.2),
              outputMs: Math.round(latencyMs * 0.05),
            }
          : null,
      });
    }
    return spans;
  }
}

interface Span {
  readonly speaker: 'caller' | 'agent';
  readonly fromMs: number;
  readonly toMs: number;
}

/** A stereo WAV of 8 kHz with a tone where somebody speaks: caller left, agent right. */
function writeRecording(path: string, spans: readonly Span[]): void {
  const rateHz = 8000;
  const frames = Math.ceil(((spans.at(-1)?.toMs ?? 0) / 1000) * rateHz);
  const wav = Buffer.alloc(44 + frames * 4);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(2, 22);
  wav.writeUInt32LE(rateHz, 24);
  wav.writeUInt32LE(rateHz * 4, 28);
  wav.writeUInt16LE(4, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(frames * 4, 40);
  for (const { speaker, fromMs, toMs } of spans) {
    const toneHz = speaker === 'caller' ? 220 : 330;
    for (let frame = Math.floor(fromMs * 8); frame < Math.min(frames, toMs * 8); frame += 1) {
      const sample = Math.round(3000 * Math.sin((2 * Math.PI * toneHz * frame) / rateHz));
      wav.writeInt16LE(sample, 44 + frame * 4 + (speaker === 'caller' ? 0 : 2));
    }
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, wav);
}

/** What the practice has behind it when the test begins. Returns the id of the call worth reading. */
export function fillPractice(practice: Practice): string {
  const local = (day: number, hour: number, minute = 0) => Date.UTC(2026, 2, day, hour + 4, minute);
  const desk: readonly Booking[] = [
    {
      customerName: 'Grace Kim',
      customerPhone: '+12025550177',
      startsAtMs: local(10, 9),
      service: 0,
      staff: 0,
    },
    {
      customerName: 'Peter Novak',
      customerPhone: '+12025550178',
      startsAtMs: local(10, 10),
      service: 1,
      staff: 1,
    },
    {
      customerName: 'Aisha Rahman',
      customerPhone: '+12025550179',
      startsAtMs: local(10, 13),
      service: 2,
      staff: 0,
    },
    {
      customerName: 'Tom Becker',
      customerPhone: '+12025550180',
      startsAtMs: local(11, 9, 30),
      service: 0,
      staff: 1,
    },
    {
      customerName: 'Hannah Schmidt',
      customerPhone: '+12025550181',
      startsAtMs: local(13, 15),
      service: 1,
      staff: 0,
    },
  ];
  for (const booking of desk) practice.book(booking, null);
  practice.call({
    callerNumber: '+12025550166',
    callerName: 'Olivia Brown',
    startedAtMs: local(9, 16, 12),
    outcome: 'answered',
    lines: [
      { speaker: 'agent', text: 'Thank you for calling Bright Smile Dental. How can I help you today?' },
      { speaker: 'caller', text: 'Hi, are you open on Saturday?' },
      { speaker: 'agent', text: 'We are open Monday to Friday, nine to five.', latencyMs: 720 },
      { speaker: 'caller', text: 'Okay, thanks, bye.' },
    ],
  });
  practice.call({
    callerNumber: null,
    callerName: null,
    startedAtMs: local(10, 8, 5),
    outcome: 'abandoned',
    lines: [{ speaker: 'agent', text: 'Thank you for calling Bright Smile Dental.', interrupted: true }],
  });
  practice.call({
    callerNumber: '+12025550144',
    callerName: 'Daniel Weiss',
    startedAtMs: local(10, 9, 14),
    outcome: 'failed',
    lines: [],
  });
  return practice.call({
    callerNumber: '+12025550123',
    callerName: 'Maria Lopez',
    startedAtMs: local(10, 10, 41),
    outcome: 'booked',
    recorded: true,
    slots: {
      service: 'Check-up and cleaning',
      when: 'Today, 3:30 PM',
      name: 'Maria Lopez',
      phone: '+12025550123',
    },
    books: {
      customerName: 'Maria Lopez',
      customerPhone: '+12025550123',
      startsAtMs: local(10, 15, 30),
      service: 0,
      staff: 1,
    },
    lines: [
      { speaker: 'agent', text: 'Thank you for calling Bright Smile Dental. How can I help you today?' },
      {
        speaker: 'caller',
        text: 'Hi, I would like to book a cleaning, if you have anything this afternoon.',
      },
      {
        speaker: 'agent',
        text: 'Of course. I have three thirty or four o’clock today. Which suits you better?',
        latencyMs: 840,
      },
      { speaker: 'caller', text: 'Three thirty is great.', confidence: 0.97 },
      { speaker: 'agent', text: 'And your name, please?', latencyMs: 610 },
      { speaker: 'caller', text: 'Maria Lopez.', confidence: 0.52 },
      {
        speaker: 'agent',
        text: 'Thank you, Maria. A check-up and cleaning today at three thirty with Dr. Osei. Shall I book it?',
        latencyMs: 1180,
      },
      { speaker: 'caller', text: 'Yes, please.' },
      { speaker: 'agent', text: 'It is booked. See you this afternoon!', latencyMs: 560 },
    ],
  });
}
