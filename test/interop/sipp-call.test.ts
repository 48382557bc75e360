import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePcmu } from '../../engine/media/index.ts';
import { callerNumber, demoNumber } from '../caller/caller.ts';
import type { CallDetail } from '../caller/engine-api.ts';
import { missingFor, Scene } from '../caller/scene.ts';
import { speechTrack } from '../caller/speech-track.ts';

const missing = await missingFor({ caller: true, programs: ['sipp'] });
const run = promisify(execFile);

/** A caller that plays a file of G.711 and hangs up: sipp's own SIP and RTP, none of ours. */
const scenario = (track: string, playMs: number) => `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="play a file">
  <send retrans="500"><![CDATA[
      INVITE sip:${demoNumber}@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:${callerNumber}@[local_ip]:[local_port]>;tag=[pid]sipp[call_number]
      To: <sip:${demoNumber}@[remote_ip]:[remote_port]>
      Call-ID: [call_id]
      CSeq: 1 INVITE
      Contact: <sip:${callerNumber}@[local_ip]:[local_port]>
      Max-Forwards: 70
      Content-Type: application/sdp
      Content-Length: [len]

      v=0
      o=sipp 1 1 IN IP[local_ip_type] [local_ip]
      s=-
      c=IN IP[media_ip_type] [media_ip]
      t=0 0
      m=audio [rtpstream_audio_port] RTP/AVP 0
      a=rtpmap:0 PCMU/8000
  ]]></send>
  <recv response="100" optional="true"></recv>
  <recv response="180" optional="true"></recv>
  <recv response="183" optional="true"></recv>
  <recv response="200" rrs="true"></recv>
  <send><![CDATA[
      ACK [next_url] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      [routes]
      From: <sip:${callerNumber}@[local_ip]:[local_port]>;tag=[pid]sipp[call_number]
      To: <sip:${demoNumber}@[remote_ip]:[remote_port]>[peer_tag_param]
      Call-ID: [call_id]
      CSeq: 1 ACK
      Max-Forwards: 70
      Content-Length: 0

  ]]></send>
  <nop><action><exec rtp_stream="${track},1,0"/></action></nop>
  <pause milliseconds="${playMs}"/>
  <send retrans="500"><![CDATA[
      BYE [next_url] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      [routes]
      From: <sip:${callerNumber}@[local_ip]:[local_port]>;tag=[pid]sipp[call_number]
      To: <sip:${demoNumber}@[remote_ip]:[remote_port]>[peer_tag_param]
      Call-ID: [call_id]
      CSeq: 2 BYE
      Max-Forwards: 70
      Content-Length: 0

  ]]></send>
  <recv response="200"></recv>
</scenario>
`;

describe.skipIf(missing)(`a call from sipp that plays speech${missing}`, () => {
  const scene = new Scene();
  let detail: CallDetail;

  beforeAll(async () => {
    const engine = await scene.engine();
    const caller = await scene.caller();
    const words = [
      await caller.voice.speak("Hi, I'd like to book a cleaning, please."),
      await caller.voice.speak('My name is Sarah Miller.'),
    ];
    const track = speechTrack(words, { beforeMs: 7000, betweenMs: 6000, afterMs: 5000 });
    const trackFile = join(scene.folder, 'track.ul');
    writeFileSync(trackFile, encodePcmu(track));
    const scenarioFile = join(scene.folder, 'play.xml');
    writeFileSync(scenarioFile, scenario(trackFile, track.length / 8));
    const remote = `${engine.sip.host}:${engine.sip.port}`;
    const flags = ['-i', '127.0.0.1', '-mi', '127.0.0.1', '-m', '1', '-nostdin', '-timeout', '60s'];
    // sipp ends with status 0 only when the whole scenario went well.
    await run('sipp', [remote, '-sf', scenarioFile, ...flags], { cwd: scene.folder, timeout: 90_000 });
    detail = await engine.api.finishedCall();
  }, 180_000);

  afterAll(() => scene.end());

  it('keeps its words', () => {
    const heard = detail.transcript
      .filter((turn) => turn.speaker === 'caller')
      .map((turn) => turn.text.toLowerCase())
      .join(' ');
    expect(heard).toContain('cleaning');
    expect(heard).toContain('miller');
  });

  it('understands the name', () => {
    expect(Object.values(detail.slots).join(' ').toLowerCase()).toContain('miller');
  });

  it('keeps the numbers and both times', () => {
    expect(detail.call).toMatchObject({ callerNumber, calledNumber: demoNumber, state: 'ended' });
    expect(detail.call.answeredAtMs).toBeGreaterThan(0);
  });
});
