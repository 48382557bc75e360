import { setTimeout as sleep } from 'node:timers/promises';
import { Ear, type Recognise } from './ear.ts';
import { RtpEndpoint } from './rtp-endpoint.ts';
import { type EstablishedCall, placeCall } from './sip-client.ts';

const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** A caller that says nothing. @throws CallRefused */
export async function openListeningCall(options: {
  readonly target: string;
  readonly from: string;
}): Promise<{
  readonly call: EstablishedCall;
  readonly endpoint: RtpEndpoint;
}> {
  const endpoint = await RtpEndpoint.bind();
  try {
    const call = await placeCall({ ...options, rtpPort: endpoint.port });
    const { audio } = call;
    const payloadType = audio.payloadTypes[0] === 8 ? 8 : 0;
    const { address, port, dtmfPayloadType } = audio;
    endpoint.start({ address, port, payloadType, dtmfPayloadType });
    return { call, endpoint };
  } catch (error) {
    await endpoint.stop();
    throw error;
  }
}

/** Rings, listens until the other side hangs up or the time is over, and says what was heard. */
export async function listenToCall(options: {
  readonly target: string;
  readonly from: string;
  readonly recognise: Recognise;
  readonly mostMs: number;
}): Promise<{ readonly heard: string; readonly endedBy: 'caller' | 'agent' }> {
  const { call, endpoint } = await openListeningCall(options);
  const ear = new Ear(options.recognise);
  endpoint.onHeard((frame) => ear.hear(frame));
  let over = false;
  void call.ended.then(() => {
    over = true;
  });
  const endMs = nowMs() + options.mostMs;
  const words: string[] = [];
  try {
    while (!over && nowMs() < endMs) {
      words.push((await ear.take(nowMs()))?.text ?? '');
      await sleep(20);
    }
    words.push((await ear.take(nowMs() + 60_000))?.text ?? '');
    await call.hangUp();
    return { heard: words.filter(Boolean).join(' '), endedBy: await call.ended };
  } finally {
    call.vanish();
    await endpoint.stop();
  }
}
