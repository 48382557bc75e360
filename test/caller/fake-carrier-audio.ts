import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { encodePcmu, parseRtp, writeRtp } from '../../engine/media/index.ts';

/** What is wrong with the audio of a carrier; nothing where left out. */
export interface AudioFaults {
  /** Sends silence and hears nothing: the caller's audio is lost. */
  readonly deaf?: boolean;
  /** Sends nothing. */
  readonly mute?: boolean;
  /** Sends to where the SDP says, not to where audio comes from. */
  readonly strict?: boolean;
  /** Key presses are not sent back. */
  readonly losesKeys?: boolean;
  /** Sends nothing any more from then on. */
  readonly fallsSilentAfterMs?: number;
}

export interface CarrierAudio {
  readonly port: number;
  start(options: {
    readonly remote: { readonly address: string; readonly port: number };
    readonly payloadType: number;
    readonly dtmfPayloadType: number | null;
  }): void;
  /** What arrived, counted also when it was not heard. */
  readonly arrived: () => number;
  stop(): void;
}

const frameMs = 20;
const frameSamples = 160;
const ssrc = 0x0ca551e5;

/** Sends back every packet as it comes (an echo service at its simplest), with switchable faults. */
export async function carrierAudio(faults: AudioFaults): Promise<CarrierAudio> {
  const socket: Socket = createSocket('udp4');
  socket.on('error', () => {});
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const silence = encodePcmu(new Int16Array(frameSamples));
  let arrived = 0;
  let sequence = 0;
  let startedMs = 0;
  let ticking: NodeJS.Timeout | undefined;
  const isQuiet = (): boolean =>
    faults.mute === true ||
    (faults.fallsSilentAfterMs !== undefined && performance.now() - startedMs > faults.fallsSilentAfterMs);

  return {
    port: socket.address().port,
    arrived: () => arrived,
    start({ remote, payloadType, dtmfPayloadType }) {
      startedMs = performance.now();
      let to = remote;
      const send = (packet: {
        payloadType: number;
        marker: boolean;
        timestamp: number;
        payload: Uint8Array;
      }): void => {
        if (isQuiet()) return;
        sequence = (sequence + 1) & 0xffff;
        socket.send(
          writeRtp({ ...packet, sequence, ssrc, csrcs: [], extension: null }),
          to.port,
          to.address,
          () => {},
        );
      };
      socket.on('message', (bytes, source) => {
        const packet = parseRtp(bytes);
        if (!packet) return;
        const isKey = packet.payloadType === dtmfPayloadType;
        // RTCP on the same port (RFC 5761 §4) is not sent back.
        if (packet.payloadType !== payloadType && !isKey) return;
        arrived += 1;
        if (!faults.strict) to = { address: source.address, port: source.port };
        if (faults.deaf) return;
        const { timestamp, marker, payload } = packet;
        if (isKey && faults.losesKeys) send({ payloadType, marker: false, timestamp, payload: silence });
        else send({ payloadType: packet.payloadType, marker, timestamp, payload });
      });
      if (!faults.deaf) return;
      let timestamp = 0;
      ticking = setInterval(() => {
        timestamp += frameSamples;
        send({ payloadType, marker: false, timestamp, payload: silence });
      }, frameMs);
    },
    stop() {
      clearInterval(ticking);
      socket.removeAllListeners('message');
      socket.close();
    },
  };
}
