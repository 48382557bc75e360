import { describe, expect, it } from 'vitest';
import { timeUpLine } from './failure-lines.ts';
import { FakeReceptionist, startCall, tone, until, words } from './fake-session.ts';

describe('a call through the voice loop', { concurrent: true }, () => {
  it('greets, hears, answers, and tells each turn once and in order', async (test) => {
    const call = await startCall(test, {
      inference: { transcribe: () => ({ text: 'I need a cleaning, please.', confidence: 0.5 }) },
    });
    await until(() => call.turns.length === 1);
    await call.audio.speak(tone(700));
    await until(() => call.turns.length === 3);
    expect(words(call.turns)).toEqual([
      'agent: Hello.',
      'caller: I need a cleaning, please.',
      'agent: Sure.',
    ]);
    expect(call.receptionist.heard).toEqual([{ text: 'I need a cleaning, please.', confidence: 0.5 }]);
    expect(call.turns[1]?.confidence).toBe(0.5);
    expect(call.interims).toContain('I need a cleaning, please.');
    expect(call.slots).toEqual([{ skill: 'booking', slots: { turns: '1' } }]);
    const latency = call.turns[2]?.latency;
    expect(latency?.totalMs).toBeGreaterThan(180);
    expect(latency?.totalMs).toBeLessThan(600);
    expect(latency?.endOfTurnMs).toBeGreaterThanOrEqual(190);
    expect(call.turns[0]?.latency).toBeNull();
    const [greeting, caller, reply] = call.turns;
    expect(caller?.startedAtMs).toBeGreaterThan((greeting?.endedAtMs ?? 0) - 100);
    expect(reply?.startedAtMs).toBeGreaterThanOrEqual(caller?.endedAtMs ?? Number.POSITIVE_INFINITY);
    expect(call.inference.mostTranscriptionsInFlight).toBe(1);
  });

  it('stops for words, keeps what was heard, and goes on with the new turn', async (test) => {
    const long = 'This is a very long explanation that nobody would want to listen to until its very end.';
    const receptionist = new FakeReceptionist(async function* ({ text }) {
      yield { kind: 'say', text: text === 'first' ? long : 'Fine.', fixed: false };
    });
    let heard = 'first';
    const call = await startCall(test, { receptionist, inference: { transcribe: () => ({ text: heard }) } });
    await until(() => call.turns.length === 1);
    await call.audio.speak(tone(500));
    const before = call.audio.played.length;
    await until(() => call.audio.played.length > before + 50);
    heard = 'stop please';
    const began = performance.now();
    const spoken = call.audio.speak(tone(900));
    await spoken;
    const stoppedAfterMs = (call.audio.played.at(-1)?.atMs ?? 0) - began;
    await until(() => call.turns.length >= 5);
    const [, , cut, caller, last] = call.turns;
    expect(cut?.interrupted).toBe(true);
    expect(long.startsWith(cut?.text ?? '?')).toBe(true);
    expect(cut?.text.split(' ').length).toBeGreaterThan(1);
    expect(cut?.text.length).toBeLessThan(long.length / 2 + 20);
    expect(stoppedAfterMs).toBeLessThan(800);
    expect(stoppedAfterMs).toBeGreaterThan(0);
    // The agent gives way before it is clear that it has to stop, and is as loud as ever in its answer.
    const softer = call.audio.softened.find(({ on, atMs }) => on && atMs > began);
    expect((softer?.atMs ?? Number.POSITIVE_INFINITY) - began).toBeLessThan(350);
    expect(call.audio.softened.at(-1)?.on).toBe(false);
    expect([caller?.text, last?.text]).toEqual(['stop please', 'Fine.']);
  });

  it('talks on through a backchannel', async (test) => {
    const long = 'Our dentist is in the office from nine to five on every day of the week but Sunday.';
    const receptionist = new FakeReceptionist(async function* () {
      yield { kind: 'say', text: long, fixed: false };
    });
    let heard = 'hours?';
    const call = await startCall(test, { receptionist, inference: { transcribe: () => ({ text: heard }) } });
    await until(() => call.turns.length === 1);
    await call.audio.speak(tone(500));
    const before = call.audio.played.length;
    await until(() => call.audio.played.length > before + 20);
    heard = 'Mm-hmm.';
    await call.audio.speak(tone(400));
    await until(() => call.turns.length === 3, 8000);
    expect(words(call.turns).slice(1)).toEqual(['caller: hours?', `agent: ${long}`]);
    expect(call.turns[2]?.interrupted).toBe(false);
    expect(call.receptionist.heard).toHaveLength(1);
    expect(call.audio.softened.map(({ on }) => on)).toEqual([true, false]);
  });

  it('ends the call only after the goodbye was heard, which nothing interrupts', async (test) => {
    const goodbye = 'Thank you for calling, and have a nice day. Goodbye.';
    const receptionist = new FakeReceptionist(async function* () {
      yield { kind: 'say', text: goodbye, fixed: true };
      yield { kind: 'end-call' };
    });
    const call = await startCall(test, {
      receptionist,
      inference: { transcribe: () => ({ text: 'bye bye now' }) },
    });
    await until(() => call.turns.length === 1);
    await call.audio.speak(tone(500));
    const before = call.audio.played.length;
    await until(() => call.audio.played.length > before + 10);
    await call.audio.speak(tone(800));
    expect(call.ends()).toBe(0);
    await until(() => call.ends() === 1, 8000);
    expect(call.turns.at(-1)).toMatchObject({ speaker: 'agent', text: goodbye, interrupted: false });
  });

  it('ends with a word of its own when it has gone on for too long, and keeps what was understood', async (test) => {
    const call = await startCall(test, { longestMs: 600 });
    await until(() => call.ends() === 1, 12_000);
    expect(call.turns.at(-1)?.text).toBe(timeUpLine);
    expect(call.receptionist.silences).toEqual([Number.POSITIVE_INFINITY]);
  });

  it('does not end for its length while somebody of the staff has the caller', async (test) => {
    const call = await startCall(test, { longestMs: 1 });
    // Takes longer than the call may.
    await call.session.pause(200);
    expect(call.turns.map(({ text }) => text)).not.toContain(timeUpLine);
    call.session.resume(null);
    await until(() => call.turns.at(-1)?.text === timeUpLine, 12_000);
  });

  it('collects keys until # or a pause', async (test) => {
    const call = await startCall(test);
    await until(() => call.turns.length === 1);
    call.audio.press('4155550132#');
    await until(() => call.turns.length === 3);
    call.audio.press('12');
    await until(() => call.turns.length === 5, 6000);
    expect(call.receptionist.keys).toEqual(['4155550132', '12']);
    expect(words(call.turns).slice(1, 3)).toEqual(['caller: 4155550132', 'agent: Got it.']);
  });

  it('asks after eight seconds of silence', async (test) => {
    const call = await startCall(test);
    await until(() => call.receptionist.silences.length === 1, 12_000);
    await until(() => call.turns.length === 2);
    expect(call.turns[1]?.text).toBe('Are you there?');
  }, 15_000);

  it('ignores noise that the recogniser is not sure of', async (test) => {
    const call = await startCall(test, {
      inference: { transcribe: () => ({ text: 'Thank you.', confidence: 0.1 }) },
    });
    await until(() => call.turns.length === 1);
    await call.audio.speak(tone(500));
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(call.receptionist.heard).toEqual([]);
    expect(call.turns).toHaveLength(1);
  });

  it('joins what is said with a pause in between to one turn', async (test) => {
    let heard = 'My number is';
    const call = await startCall(test, { inference: { transcribe: () => ({ text: heard }) } });
    await until(() => call.turns.length === 1);
    await call.audio.speak(tone(400));
    await new Promise((resolve) => setTimeout(resolve, 600));
    heard = '415-555-0132.';
    await call.audio.speak(tone(400));
    await until(() => call.turns.length === 3);
    expect(call.receptionist.heard.map(({ text }) => text)).toEqual(['My number is 415-555-0132.']);
  });

  it('stops once, tells what was cut, and says nothing afterwards', async (test) => {
    const call = await startCall(test, { inference: { transcribe: () => ({ text: 'hello there' }) } });
    await until(() => call.audio.played.length > 15);
    await Promise.all([call.session.stop(), call.session.stop()]);
    const { length } = call.audio.played;
    const requests = { ...call.inference.calls };
    await call.audio.speak(tone(500));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(call.audio.played.length).toBe(length);
    expect(call.inference.calls).toEqual(requests);
    expect(call.turns).toHaveLength(1);
    expect(call.turns[0]?.interrupted).toBe(true);
  });

  it('puts through only when the whole sentence was heard, then neither answers nor speaks until it is back', async (test) => {
    const receptionist = new FakeReceptionist(async function* () {
      yield { kind: 'say', text: 'One moment, I will connect you to Doctor Lee now.', fixed: true };
      yield { kind: 'transfer', targetId: 'lee' };
    });
    const call = await startCall(test, {
      receptionist,
      inference: { transcribe: () => ({ text: 'Doctor Lee please.', confidence: 0.9 }) },
    });
    await until(() => call.turns.length === 1);
    await call.audio.speak(tone(700));
    await until(() => call.transfers.length === 1);
    expect(call.transfers).toEqual(['lee']);
    // The turn is told when its last packet has left.
    expect(words(call.turns).at(-1)).toBe('agent: One moment, I will connect you to Doctor Lee now.');
    expect(call.turns.at(-1)?.interrupted).toBe(false);
    await call.session.pause(5000);
    await call.audio.speak(tone(700));
    call.audio.press('1#');
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(receptionist.heard).toHaveLength(1);
    expect(receptionist.keys).toEqual([]);
    call.session.resume('busy');
    await until(() => words(call.turns).includes('agent: Not connected: busy.'));
  });

  it('lets the sentence end when somebody else takes the caller, within a bound', async (test) => {
    const call = await startCall(test);
    await until(() => call.audio.played.some(({ voiced }) => voiced));
    await call.session.pause(5000);
    expect(words(call.turns)).toEqual(['agent: Hello.']);
    expect(call.turns[0]?.interrupted).toBe(false);
  });

  it('lets the sentence end on a leg that is behind the clock', async (test) => {
    const sentence = 'We are open from nine to five today.';
    const receptionist = new FakeReceptionist(async function* () {
      yield { kind: 'say', text: sentence, fixed: false };
    });
    const call = await startCall(test, { receptionist });
    await until(() => call.turns.length === 1);
    const before = call.audio.played.length;
    call.session.type('When are you open?');
    await until(() => call.audio.played.slice(before).some(({ voiced }) => voiced));
    call.audio.stop();
    const paused = call.session.pause(20_000);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    call.audio.start();
    await paused;
    expect(call.turns.at(-1)).toMatchObject({ text: sentence, interrupted: false });
  });

  it('takes a typed line for a spoken one, also into its own sentence', async (test) => {
    const long = 'Our dentist is in the office from nine to five on every day of the week but Sunday.';
    const receptionist = new FakeReceptionist(async function* ({ text }) {
      yield { kind: 'say', text: text === 'Stop.' ? 'Sure.' : long, fixed: false };
    });
    const call = await startCall(test, { receptionist });
    await until(() => call.turns.length === 1);
    call.session.type('When are you open?');
    const before = call.audio.played.length;
    await until(() => call.audio.played.length > before + 30);
    call.session.type('Stop.');
    await until(() => call.turns.length === 5);
    expect(receptionist.heard).toEqual([
      { text: 'When are you open?', confidence: 1 },
      { text: 'Stop.', confidence: 1 },
    ]);
    expect(call.turns.map(({ speaker, interrupted }) => [speaker, interrupted]).slice(1)).toEqual([
      ['caller', false],
      ['agent', true],
      ['caller', false],
      ['agent', false],
    ]);
    expect(call.turns[4]?.latency?.totalMs).toBeGreaterThanOrEqual(0);
  });

  it('writes down what the caller says to somebody who talks in its place, and goes on from it', async (test) => {
    const call = await startCall(test, { inference: { transcribe: () => ({ text: 'It hurts.' }) } });
    await until(() => call.turns.length === 1);
    await call.session.pause(0);
    await call.audio.speak(tone(700));
    await until(() => call.turns.length === 2);
    call.session.resume('given-back');
    await until(() => call.turns.length === 3);
    expect(words(call.turns).slice(1)).toEqual(['caller: It hurts.', 'agent: I am back.']);
    expect(call.receptionist.heard).toEqual([]);
    expect(call.receptionist.said).toEqual(['It hurts.']);
  });

  it('goes on with a sentence that was stopped by a noise, and tells it as one', async (test) => {
    const long = 'Our dentist is in the office from nine to five on every day of the week but Sunday.';
    const receptionist = new FakeReceptionist(async function* () {
      yield { kind: 'say', text: long, fixed: false };
    });
    let recognised = { text: 'hours please', confidence: 0.9 };
    const call = await startCall(test, { receptionist, inference: { transcribe: () => recognised } });
    await until(() => call.turns.length === 1);
    await call.audio.speak(tone(500));
    const before = call.audio.played.length;
    await until(() => call.audio.played.length > before + 30);
    // Taken for words at first; then it turns out to be nothing.
    recognised = { text: 'wait', confidence: 0.6 };
    const noise = call.audio.speak(tone(900));
    await until(() => call.audio.softened.length > 0);
    const isSilent = (): boolean => performance.now() - (call.audio.played.at(-1)?.atMs ?? 0) > 100;
    await until(isSilent);
    recognised = { text: 'wait', confidence: 0.1 };
    await noise;
    const stopped = call.audio.played.length;
    await until(() => call.audio.played.length > stopped + 30);
    const gap = (call.audio.played[stopped]?.atMs ?? 0) - (call.audio.played[stopped - 1]?.atMs ?? 0);
    expect(gap).toBeGreaterThan(100);
    await until(() => call.turns.length === 3, 10_000);
    expect(words(call.turns).slice(1)).toEqual(['caller: hours please', `agent: ${long}`]);
    expect(call.turns[2]?.interrupted).toBe(false);
  }, 20_000);

  it('makes ready what it would say while the caller may still go on', async (test) => {
    const receptionist = new FakeReceptionist(async function* () {
      yield { kind: 'say', text: 'That is on Tuesday at ten.', fixed: false };
    });
    const foreseen: string[] = [];
    receptionist.anticipate = async ({ text }) => {
      foreseen.push(text);
      return ['That is on Tuesday at ten.'];
    };
    const call = await startCall(test, { receptionist });
    call.speaker.latencyMs = 60;
    await until(() => call.turns.length === 1);
    await call.audio.speak(tone(500));
    await until(() => call.turns.length === 3);
    expect(foreseen).toContain('hello');
    expect(call.speaker.made.filter((clause) => clause.startsWith('That is on'))).toHaveLength(1);
    expect(call.turns[2]?.latency?.ttsMs).toBeLessThan(50);
  });
});
