import { AudioFrame } from '@livekit/rtc-node';
import { describe, expect, it } from 'vitest';
import { quietLiveKit, spokenTextKey } from '../speech/index.ts';
import { CallAudioOutput, heardText, type SpokenStretch } from './audio-output.ts';

quietLiveKit();

function frame(text: string, durationMs: number): AudioFrame {
  const made = new AudioFrame(new Int16Array(durationMs * 16), 16_000, 1, durationMs * 16);
  made.userdata[spokenTextKey] = text;
  return made;
}

/** A leg that plays nothing by itself. */
class FakeLeg {
  readonly log: string[] = [];
  tell: (stretch: { id: number; playedMs: number; cut: boolean }) => void = () => {};
  play({ id, samples }: { id: number; samples: Int16Array }): void {
    this.log.push(`play ${id} ${samples.length}`);
  }
  finish(id: number): void {
    this.log.push(`finish ${id}`);
  }
  clear(): void {
    this.log.push('clear');
  }
  onPlayed(listener: FakeLeg['tell']): void {
    this.tell = listener;
  }
}

function open() {
  const leg = new FakeLeg();
  const finished: SpokenStretch[] = [];
  const clock = { nowMs: () => 1000, monotonicMs: () => 0 };
  const output = new CallAudioOutput({
    audio: leg,
    clock,
    onStarted: () => {},
    onFinished: (s) => finished.push(s),
  });
  return { leg, output, finished };
}

describe('CallAudioOutput', () => {
  it('gives each stretch its own id and tells its end when the leg has played it', async () => {
    const { leg, output, finished } = open();
    await output.captureFrame(frame('Hello.', 400));
    await output.captureFrame(frame('How can I help?', 900));
    output.flush();
    const played = output.waitForPlayout();
    expect(output.playing).toBe(true);
    leg.tell({ id: 1, playedMs: 1300, cut: false });
    expect(await played).toMatchObject({ playbackPosition: 1.3, interrupted: false });
    await output.captureFrame(frame('Fine.', 300));
    expect(leg.log).toEqual(['play 1 6400', 'play 1 14400', 'finish 1', 'play 2 4800']);
    expect(finished).toEqual([
      { text: 'Hello. How can I help?', startedAtMs: 1000, endedAtMs: 2300, interrupted: false },
    ]);
  });

  it('tells what was heard of a stretch that was cut, even when its end comes later', async () => {
    const { leg, output, finished } = open();
    await output.captureFrame(frame('One two three four five.', 1000));
    output.clearBuffer();
    leg.tell({ id: 1, playedMs: 400, cut: true });
    await output.captureFrame(frame('Too late.', 500));
    output.flush();
    expect(await output.waitForPlayout()).toMatchObject({
      interrupted: true,
      synchronizedTranscript: 'One two',
    });
    leg.tell({ id: 1, playedMs: 400, cut: true });
    expect(finished.map(({ text }) => text)).toEqual(['One two']);
    expect(leg.log).not.toContain('finish 1');
  });

  it('does not wait for a leg that has stopped', async () => {
    const { output, finished } = open();
    await output.captureFrame(frame('Hello there.', 500));
    output.close();
    output.close();
    await output.waitForPlayout();
    expect(finished).toHaveLength(1);
  });
});

it('cuts words in proportion to the time that was played', () => {
  const clauses = [
    { text: 'Sure, no problem.', durationMs: 1000 },
    { text: 'What day works for you?', durationMs: 1000 },
  ];
  expect(heardText(clauses, 0)).toBe('');
  expect(heardText(clauses, 1000)).toBe('Sure, no problem.');
  expect(heardText(clauses, 1600)).toBe('Sure, no problem. What day works');
  expect(heardText(clauses, 9000)).toBe('Sure, no problem. What day works for you?');
});
