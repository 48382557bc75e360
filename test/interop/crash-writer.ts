import { writeSync } from 'node:fs';
import { silentLog, systemClock, systemIds } from '../../engine/foundation/index.ts';
import { ensureDemoTenant, openBox } from '../../engine/store/index.ts';

/** An engine reduced to its record: writes calls until it is killed and acknowledges each change on stdout. */

const acknowledge = (what: string, id: string): void => {
  writeSync(1, `${what} ${id}\n`);
};

const box = openBox({ dataDir: process.argv[2] ?? '', clock: systemClock, ids: systemIds, log: silentLog });
ensureDemoTenant(box);
const store = box.tenant(box.tenants.findBySlug('bright-smile-dental')?.id ?? '');
const { services, staff } = store.profile();
const dayMs = 86_400_000;

for (let call = 0; ; call += 1) {
  const callId = systemIds.uuid();
  const numbers = { callerNumber: '+15555550123', calledNumber: '+15555550100' };
  store.calls.start({ id: callId, sipCallId: `sip-${callId}`, callerName: null, ...numbers });
  acknowledge('started', callId);
  store.calls.answer(callId, { recording: null });
  for (let turn = 0; turn < 25; turn += 1) {
    const { id } = store.transcript.add({
      callId,
      speaker: turn % 2 === 0 ? 'agent' : 'caller',
      text: `turn ${turn} ${'word '.repeat(turn * 8)}`,
      startedAtMs: turn,
      endedAtMs: turn + 1,
      confidence: null,
      interrupted: false,
      latency: null,
    });
    acknowledge('turn', id);
  }
  const service = services[0];
  const member = staff[0];
  if (!service || !member) throw new Error('the demo tenant offers nothing');
  const startsAtMs = Date.now() + call * dayMs;
  const appointmentId = systemIds.uuid();
  store.transaction(() =>
    store.appointments.insert({
      id: appointmentId,
      serviceId: service.id,
      serviceName: service.name,
      staffId: `${member.id}-${callId}`,
      staffName: member.name,
      startsAtMs,
      endsAtMs: startsAtMs + 1_800_000,
      customerName: 'Sarah Miller',
      customerPhone: '+15555550123',
      status: 'booked',
      callId,
      createdAtMs: Date.now(),
    }),
  );
  acknowledge('booked', appointmentId);
  store.calls.end(callId, 'booked');
  acknowledge('ended', callId);
}
