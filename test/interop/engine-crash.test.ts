import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { callerNumber, demoNumber } from '../caller/caller.ts';
import { openListeningCall } from '../caller/listening-call.ts';
import { missingFor, Scene } from '../caller/scene.ts';

const missing = await missingFor({ caller: true });

describe.skipIf(missing)(`an engine that is killed in the middle of a call${missing}`, () => {
  const scene = new Scene();
  afterAll(() => scene.end());

  it('keeps what was said, marks the call interrupted and takes calls again', async () => {
    const first = await scene.engine();
    const caller = await scene.caller();
    const wish = await caller.voice.speak("Hi, I'd like to book a cleaning, please.");
    const target = `sip:${demoNumber}@${first.sip.host}:${first.sip.port}`;
    const { call, endpoint } = await openListeningCall({ target, from: callerNumber });
    await sleep(6000);
    await endpoint.say(wish);
    const [row] = await first.api.calls();
    if (!row) throw new Error('The call left no row');
    const deadlineMs = Date.now() + 10_000;
    const heard = async () =>
      (await first.api.call(row.id)).transcript.some((turn) => turn.speaker === 'caller');
    while (!(await heard()) && Date.now() < deadlineMs) await sleep(100);
    await first.kill();
    call.vanish();
    await endpoint.stop();

    const second = await scene.engine();
    expect(second.trouble).toBeNull();
    const detail = await second.api.call(row.id);
    expect(detail.call).toMatchObject({ state: 'ended', outcome: 'interrupted', callerNumber });
    expect(detail.call.endedAtMs).toBeGreaterThan(0);
    const words = detail.transcript.map((turn) => turn.text.toLowerCase()).join(' ');
    expect(words).toContain('cleaning');

    const again = await openListeningCall({
      target: `sip:${demoNumber}@${second.sip.host}:${second.sip.port}`,
      from: callerNumber,
    });
    await again.call.hangUp();
    await again.endpoint.stop();
    expect(await second.api.calls()).toHaveLength(2);
  });
});
