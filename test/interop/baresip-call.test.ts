import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerNumber, demoNumber } from '../caller/caller.ts';
import type { CallDetail } from '../caller/engine-api.ts';
import { voicedMs } from '../caller/loudness.ts';
import { missingFor, Scene } from '../caller/scene.ts';
import { speechTrack } from '../caller/speech-track.ts';
import { parseWav, readWav, type WavAudio, writeWav } from '../caller/wav-file.ts';

const missing = await missingFor({ caller: true, programs: ['baresip'] });
const run = promisify(execFile);

/** A telephone without sound hardware: it plays a file and keeps what it hears in another. */
const configuration = (folder: string) => `poll_method epoll
sip_listen 127.0.0.1:0
net_interface 127.0.0.1
rtp_ports 37000-37100
audio_source aufile,${join(folder, 'says.wav')}
audio_player aubridge,nowhere
audio_alert aubridge,nowhere
audio_channels 1
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
snd_path ${folder}
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module_app account.so
module_app menu.so
`;

describe.skipIf(missing)(`a call from baresip${missing}`, () => {
  const scene = new Scene();
  let detail: CallDetail;
  let heardByPhone: WavAudio;
  let recording: WavAudio;

  beforeAll(async () => {
    const engine = await scene.engine();
    const caller = await scene.caller();
    const folder = join(scene.folder, 'baresip');
    mkdirSync(folder);
    const words = [await caller.voice.speak('What are your opening hours?')];
    const track = speechTrack(words, { beforeMs: 7000, betweenMs: 0, afterMs: 6000 });
    writeWav(join(folder, 'says.wav'), track, 8000);
    writeFileSync(join(folder, 'config'), configuration(folder));
    writeFileSync(join(folder, 'accounts'), `<sip:${callerNumber}@127.0.0.1>;regint=0;audio_codecs=pcmu\n`);
    const target = `sip:${demoNumber}@${engine.sip.host}:${engine.sip.port}`;
    // It hangs up by itself at the end of the file, and leaves a little later.
    const quitAfter = String(Math.ceil(track.length / 8000) + 3);
    await run('baresip', ['-f', folder, '-t', quitAfter, '-e', `d ${target}`], { timeout: 60_000 });
    detail = await engine.api.finishedCall();
    const file = readdirSync(folder).find((name) => name.endsWith('-dec.wav'));
    if (!file) throw new Error('baresip kept nothing of what it heard');
    heardByPhone = readWav(join(folder, file));
    recording = parseWav(await engine.api.recording(detail.call.id));
  }, 180_000);

  afterAll(() => scene.end());

  it('lets the phone hear the greeting and an answer', () => {
    const [channel = new Int16Array(0)] = heardByPhone.channels;
    expect(voicedMs(channel, heardByPhone.sampleRateHz)).toBeGreaterThan(3000);
  });

  it('records the phone and the agent', () => {
    expect(recording.channels).toHaveLength(2);
    const [caller, agent] = recording.channels.map((channel) => voicedMs(channel, recording.sampleRateHz));
    expect(caller).toBeGreaterThan(800);
    expect(agent).toBeGreaterThan(3000);
  });

  it('keeps what was asked', () => {
    const heard = detail.transcript
      .filter((turn) => turn.speaker === 'caller')
      .map((turn) => turn.text.toLowerCase());
    expect(heard.join(' ')).toContain('hours');
    expect(detail.call.state).toBe('ended');
  });
});
