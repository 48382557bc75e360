import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Ids } from '../foundation/index.ts';
import type { Box } from './box.ts';
import type { TranscriptTurn } from './model.ts';
import type { TenantStore } from './tenant-store.ts';

/** Calls that are over, with all that calls leave behind. */

export const fakeCaller = '+14155550132';
const rateHz = 8000;

/** A tenant of the box with a service, somebody to do it, and fields to read out of calls. */
export function fakePractice(box: Box): TenantStore {
  const tenant = box.tenants.create({
    name: 'Bright Smile',
    timeZone: 'America/New_York',
    numbers: [{ number: '+15555550100' }],
    services: [
      {
        name: 'check-up and cleaning',
        aliases: ['cleaning'],
        durationMinutes: 30,
        priceMinor: 12_000,
        currency: 'USD',
      },
    ],
    staff: [{ name: 'Dr. Emily Carter' }],
  });
  const store = box.tenant(tenant.id);
  store.setPlaybook({
    ...store.playbook(),
    extraction: [
      { id: 'name', label: 'Name', kind: 'name', description: "the caller's name" },
      { id: 'phone', label: 'Phone', kind: 'phone', description: 'where to call back' },
      { id: 'service', label: 'Service', kind: 'text', description: 'what is booked' },
      { id: 'when', label: 'When', kind: 'date-time', description: 'when the appointment is' },
      { id: 'email', label: 'E-mail', kind: 'email', description: 'e-mail address' },
      {
        id: 'insurance',
        label: 'Insurance',
        kind: 'choice',
        description: 'insurer',
        choices: ['Delta', 'Aetna'],
      },
      {
        id: 'new-patient',
        label: 'New patient',
        kind: 'yes-no',
        description: 'whether they are a new patient',
      },
      { id: 'budget', label: 'Budget', kind: 'money', description: 'what they want to spend' },
    ],
  });
  return store;
}

export type FakeLine = readonly [speaker: TranscriptTurn['speaker'], text: string];

export const bookingLines: readonly FakeLine[] = [
  ['agent', 'Thank you for calling. How can I help you today?'],
  ['caller', 'Hi, this is Sarah Miller, I need a cleaning on Tuesday at ten.'],
  ['agent', 'Are you a new patient?'],
  ['caller', 'Yes, I am. My insurance is Delta.'],
  ['agent', 'What is the card number for the deposit?'],
  ['caller', 'It is 4111 1111'],
  ['agent', 'Go on.'],
  ['caller', '1111 1111, thank you so much, you are great.'],
  ['agent', 'What is the best number?'],
  ['caller', 'four one five, five five five, oh one three two, or sarah dot miller at example dot com'],
];

/** An answered call of a minute that booked an appointment, with a recording of a tone. */
export function fakeBookedCall(
  store: TenantStore,
  options: {
    readonly ids: Ids;
    readonly dataDir: string;
    readonly startMs: number;
    readonly at: (atMs: number) => void;
  },
): string {
  const { ids, dataDir, startMs, at } = options;
  const callId = ids.uuid();
  const recording = `recordings/${store.tenantId}/${callId}.wav`;
  at(startMs);
  store.calls.start({
    ...{ id: callId, sipCallId: `sip-${callId}`, callerNumber: fakeCaller, callerName: null },
    calledNumber: '+15555550100',
  });
  store.calls.answer(callId, { recording });
  writeTone(join(dataDir, recording), bookingLines.length * 3);
  for (const [i, [speaker, text]] of bookingLines.entries()) {
    store.transcript.add({
      ...{ callId, speaker, text, interrupted: false, latency: null },
      confidence: speaker === 'caller' ? 0.9 : null,
      startedAtMs: startMs + i * 3000,
      endedAtMs: startMs + i * 3000 + 2000,
    });
  }
  store.slotsUnderstood(callId, 'book', {
    service: 'check-up and cleaning',
    name: 'Sarah Miller',
    phone: '(415) 555-0132',
  });
  const { services, staff } = store.profile();
  const [service, member] = [services[0], staff[0]];
  if (!service || !member) throw new Error('the practice offers nothing');
  const dayMs = 86_400_000;
  const startsAtMs = Date.UTC(2026, 11, 1, 15) + store.calls.countFrom(fakeCaller) * dayMs;
  store.transaction(() =>
    store.appointments.insert({
      ...{
        id: ids.uuid(),
        serviceId: service.id,
        serviceName: service.name,
        staffId: member.id,
        staffName: member.name,
      },
      ...{
        startsAtMs,
        endsAtMs: startsAtMs + 1_800_000,
        customerName: 'Sarah Miller',
        customerPhone: fakeCaller,
      },
      ...{ status: 'booked', callId, createdAtMs: startMs },
    }),
  );
  store.submissions.insert({
    ...{ id: ids.uuid(), skill: 'message', kind: 'message', title: 'Message', callId, urgent: false },
    ...{
      customerName: 'Sarah Miller',
      customerPhone: fakeCaller,
      totalMinor: null,
      currency: null,
      status: 'open',
    },
    fields: [
      { id: 'message', label: 'message', value: 'Please call Sarah back, my social is 512-34-6789' },
      { id: 'name', label: 'name', value: 'Sarah Miller' },
    ],
    createdAtMs: startMs,
  });
  at(startMs + 60_000);
  store.calls.end(callId, 'booked');
  return callId;
}

/** Both sides hum for so many seconds, in the recorder's format. */
export function writeTone(path: string, seconds: number): void {
  mkdirSync(dirname(path), { recursive: true });
  const data = Buffer.alloc(seconds * rateHz * 4);
  for (let i = 0; i < data.length / 2; i++) data.writeInt16LE(1000 + (i % 7), i * 2);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(rateHz, 24);
  header.writeUInt32LE(rateHz * 4, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(data.length, 40);
  writeFileSync(path, Buffer.concat([header, data]));
}
