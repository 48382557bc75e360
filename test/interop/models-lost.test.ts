import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callerNumber, demoNumber } from '../caller/caller.ts';
import { openListeningCall } from '../caller/listening-call.ts';
import { missingFor, Scene } from '../caller/scene.ts';

const missing = `${await missingFor({ caller: true })}${process.platform === 'linux' ? '' : ' (needs /proc)'}`;

const longestSilenceMs = 2000;
/** An agent that says nothing more for so long waits for the caller. */
const doneAfterMs = 2600;
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** The process that holds the models: a child of the engine's. */
function modelProcess(enginePid: number): number {
  const found = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .find((pid) => {
      try {
        const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
        return (
          parent === enginePid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('inference/worker')
        );
      } catch {
        return false; // it has ended meanwhile
      }
    });
  if (!found) throw new Error('the engine has no process with models');
  return Number(found);
}

describe.skipIf(missing)(`a call whose models are lost${missing}`, () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });
  afterEach(() => scene.end());

  it.each([
    { signal: 'SIGKILL', how: 'killed' },
    { signal: 'SIGSTOP', how: 'frozen' },
  ] as const)(
    'the process is $how: never silent for long, and understood again afterwards',
    async ({ signal }) => {
      const engine = await scene.engine();
      const caller = await scene.caller();
      const question = await caller.voice.speak('What are your opening hours?');
      const goodbye = await caller.voice.speak('No thank you, goodbye.');
      const { call, endpoint } = await openListeningCall({
        target: `sip:${demoNumber}@${engine.sip.host}:${engine.sip.port}`,
        from: callerNumber,
      });
      let over = false;
      void call.ended.then(() => {
        over = true;
      });
      const sounds: number[] = [];
      endpoint.onHeard(({ voiced, atMs }) => {
        if (voiced) sounds.push(atMs);
      });
      const quietFor = (sinceMs: number): number => nowMs() - Math.max(sinceMs, sounds.at(-1) ?? 0);
      await sleep(3000);
      while (quietFor(0) < 1000) await sleep(20);

      /** @returns the longest silence from the caller's last sound until the agent had said all it had to say */
      const ask = async (samples: Int16Array): Promise<number> => {
        const said = (await endpoint.say(samples)) ?? nowMs();
        const before = sounds.length;
        while (!over && (sounds.length === before ? quietFor(said) < 12_000 : quietFor(said) < doneAfterMs)) {
          await sleep(20);
        }
        const heard = sounds.slice(before);
        if (heard.length === 0) return over ? 0 : Number.POSITIVE_INFINITY;
        return heard.reduce((most, atMs, index) => Math.max(most, atMs - (heard[index - 1] ?? said)), 0);
      };

      /** Speaking into the recording, the caller may think for as long as they like. */
      const takesMessage = async (): Promise<boolean> => {
        const [row] = await engine.api.calls();
        const lines = row ? (await engine.api.call(row.id)).transcript : [];
        return lines.some(({ text }) => text.includes('after the tone'));
      };

      const pid = modelProcess(engine.pid);
      const trouble = sleep(Math.max(0, question.length / 8 - 300)).then(() => process.kill(pid, signal));
      const silences = [await ask(question)];
      await trouble;
      for (let turn = 0; turn < 3 && !over && !(await takesMessage()); turn++) {
        silences.push(await ask(question));
      }
      if (!over) {
        const last = await ask(goodbye);
        if (!(await takesMessage())) silences.push(last);
      }
      await call.hangUp();
      await endpoint.stop();
      const { call: row, transcript } = await engine.api.finishedCall();
      const lines = transcript.map(({ speaker, text }) => `${speaker}: ${text}`);
      console.log(
        `${signal}: silences ${silences.map(Math.round).join(', ')} ms, ${row.outcome}\n${lines.join('\n')}`,
      );
      expect(Math.max(...silences)).toBeLessThanOrEqual(longestSilenceMs);
      expect(row.outcome).not.toBeNull();
      expect(modelProcess(engine.pid)).not.toBe(pid);
      // Either the agent understood again, or it gave the caller a way out.
      expect(lines.slice(1).join(' ')).toMatch(/from 9 AM|after the tone|connect you|call back/i);
    },
    180_000,
  );
});
