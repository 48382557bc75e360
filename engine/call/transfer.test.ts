import { describe, expect, it } from 'vitest';
import { silentLog, VoxboxError } from '../foundation/index.ts';
import type { PlacedLeg } from './placed-leg.ts';
import { allowsRefer, statusOfFragment } from './refer.ts';
import { Transfer, type TransferPorts } from './transfer.ts';

/** Fake call: writes down what is done to it; what takes long is ended by the test. */
function fakeCall(options: { readonly ringFails?: Error } = {}) {
  const done: string[] = [];
  const spoken = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const briefed = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const person = {
    gone: left.promise,
    release: async () => void done.push('released'),
  } as unknown as PlacedLeg;
  const note = async (what: string): Promise<void> => void done.push(what);
  const ports: TransferPorts = {
    pauseAgent: async () => {
      done.push('pause');
      await spoken.promise;
    },
    announce: () => note('announce'),
    hold: (on) => note(on ? 'music' : 'music off'),
    ring: async (signal) => {
      done.push('ring');
      signal.addEventListener('abort', () => answered.reject(new VoxboxError('aborted', 'cancelled')));
      await answered.promise;
      if (options.ringFails) throw options.ringFails;
      return person;
    },
    brief: async () => {
      done.push('brief');
      await briefed.promise;
    },
    listen: () => note('listen'),
    bridge: () => note('bridge'),
    resumeAgent: (why) => note(`agent back: ${why}`),
  };
  return {
    done,
    ports,
    spoken: spoken.resolve,
    answer: answered.resolve,
    briefed: briefed.resolve,
    personLeaves: left.resolve,
  };
}

const settings = { announces: false, briefs: true, acceptsSpeech: true, decideMs: 60_000, log: silentLog };
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('a transfer', () => {
  it('waits for the sentence, rings over music, briefs, and connects when the person speaks', async () => {
    const call = fakeCall();
    const transfer = new Transfer({ ...settings, ports: call.ports });
    await settled();
    expect(call.done).toEqual(['pause']);
    call.spoken();
    await settled();
    expect(call.done.slice(1)).toEqual(['music', 'ring']);
    call.answer();
    await settled();
    transfer.voice();
    await settled();
    expect(call.done.at(-1)).toBe('brief');
    call.briefed();
    await settled();
    transfer.voice();
    expect(await transfer.done).toEqual({ result: 'completed' });
    expect(call.done.slice(3)).toEqual(['brief', 'listen', 'music off', 'bridge']);
  });

  it('takes a key for an answer, and no word where only keys count', async () => {
    const call = fakeCall();
    const transfer = new Transfer({ ...settings, acceptsSpeech: false, ports: call.ports });
    for (const step of [call.spoken, call.answer, call.briefed]) {
      step();
      await settled();
    }
    transfer.voice();
    transfer.key('7');
    await settled();
    expect(call.done).not.toContain('bridge');
    transfer.key('1');
    expect(await transfer.done).toEqual({ result: 'completed' });
  });

  it.each([
    [new VoxboxError('callee_busy', ''), 'busy', 'callee_busy'],
    [new VoxboxError('callee_no_answer', ''), 'no-answer', 'callee_no_answer'],
    [new VoxboxError('trunk_unavailable', ''), 'unavailable', 'trunk_unavailable'],
    [new Error('surprise'), 'unavailable', null],
  ])('gives the caller back when ringing fails: %s', async (ringFails, why, code) => {
    const call = fakeCall({ ringFails });
    const transfer = new Transfer({ ...settings, ports: call.ports });
    call.spoken();
    call.answer();
    expect(await transfer.done).toEqual({ result: 'returned', why, code });
    expect(call.done.slice(-2)).toEqual(['music off', `agent back: ${why}`]);
  });

  it('lets the person go who declines, hangs up, or does not decide', async () => {
    for (const ending of ['key', 'leaves', 'waits'] as const) {
      const call = fakeCall();
      const transfer = new Transfer({
        ...settings,
        decideMs: ending === 'waits' ? 1 : 60_000,
        ports: call.ports,
      });
      for (const step of [call.spoken, call.answer, call.briefed]) {
        step();
        await settled();
      }
      if (ending === 'key') transfer.key('2');
      if (ending === 'leaves') call.personLeaves();
      expect(await transfer.done).toMatchObject({ result: 'returned', why: 'declined' });
      expect(call.done.slice(-3)).toEqual(['released', 'music off', 'agent back: declined']);
    }
  });

  it('ends everything when the caller leaves, at any moment', async () => {
    for (let steps = 0; steps <= 3; steps++) {
      const call = fakeCall();
      const transfer = new Transfer({ ...settings, ports: call.ports });
      for (const step of [call.spoken, call.answer, call.briefed].slice(0, steps)) {
        step();
        await settled();
      }
      await transfer.cancel();
      call.spoken();
      await settled();
      expect(await transfer.done).toEqual({ result: 'cancelled' });
      expect(call.done.includes('released')).toBe(steps >= 2);
      expect(call.done).not.toContain('bridge');
      expect(call.done.some((what) => what.startsWith('agent back'))).toBe(false);
    }
  });

  it('connects at once where nobody is to be briefed', async () => {
    const call = fakeCall();
    const transfer = new Transfer({ ...settings, briefs: false, announces: true, ports: call.ports });
    call.spoken();
    call.answer();
    expect(await transfer.done).toEqual({ result: 'completed' });
    expect(call.done).toEqual(['pause', 'announce', 'music', 'ring', 'music off', 'bridge']);
  });
});

describe('handing over by REFER', () => {
  it('knows whether the other side understands it, and how it went', () => {
    expect(allowsRefer('INVITE, ACK, refer, BYE')).toBe(true);
    expect(allowsRefer('INVITE, ACK')).toBe(false);
    expect(allowsRefer(undefined)).toBe(false);
    expect(statusOfFragment('SIP/2.0 180 Ringing\r\n')).toBe(180);
    expect(statusOfFragment('\r\nSIP/2.0 200 OK')).toBe(200);
    expect(statusOfFragment('hello')).toBeNull();
  });
});
