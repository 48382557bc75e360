import { expect, it } from 'vitest';
import { systemClock } from '../foundation/index.ts';
import { createRegistry, type LiveEvent } from './registry.ts';

it('shows the words of caller and staff while they are spoken, each until their turn is over', () => {
  const registry = createRegistry(systemClock);
  const callId = 'call-1';
  const party = { callerNumber: null, callerName: null, calledNumber: 'x' };
  registry.open({ callId, tenantId: 't', tenantName: 'Bright Smile', ...party });
  const told: LiveEvent[] = [];
  registry.on((event) => void told.push(event));
  registry.interim(callId, { speaker: 'caller', text: 'my tooth' });
  registry.interim(callId, { speaker: 'staff', text: 'the dentist' });
  expect(registry.find(callId)).toMatchObject({ interim: 'my tooth', staffInterim: 'the dentist' });
  expect(told).toEqual([
    { type: 'call.interim', callId, speaker: 'caller', text: 'my tooth' },
    { type: 'call.interim', callId, speaker: 'staff', text: 'the dentist' },
  ]);
  const turn = { text: 'The dentist can see you.', atMs: 0, confidence: 1, latencyMs: null };
  registry.turn(callId, { speaker: 'staff', ...turn });
  expect(registry.find(callId)).toMatchObject({ interim: 'my tooth', staffInterim: null });
  registry.turn(callId, { speaker: 'caller', ...turn });
  expect(registry.find(callId)).toMatchObject({ interim: null, staffInterim: null });
});
