import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns';
import { isIP, isIPv6 } from 'node:net';
import { type Clock, type Log, systemClock, VoxboxError } from '../foundation/index.ts';
import { Mixer } from './bridge.ts';
import { makeHoldMusic } from './hold-music.ts';
import { Inbox } from './inbox.ts';
import { Leg } from './leg.ts';
import type { Bridge, Media, MediaLeg, MediaOptions } from './model.ts';
import { PortPool } from './port-pool.ts';
import { createKernel, type ResamplingKernel } from './resample.ts';
import { makeRingback } from './ringback.ts';
import { SrtpCrypto } from './srtp/crypto.ts';
import { Timetable } from './timetable.ts';

/** All legs of a process: one port pool, one timetable. */
export function createMedia(options: MediaOptions): Media {
  return new MediaRoom(options, options.clock ?? systemClock);
}

class MediaRoom implements Media {
  private readonly host: string;
  private readonly log: Log;
  private readonly clock: Clock;
  private readonly pool: PortPool;
  private readonly timetable: Timetable;
  private readonly inbox: Inbox;
  /** Kernels by both rates, "from/to": made once, a few milliseconds each, shared by all legs. */
  private readonly kernels = new Map<string, ResamplingKernel>();
  /** Sounds by rate: made when first needed, a few milliseconds each. */
  private readonly music = new Map<number, Int16Array>();
  private readonly ringback = new Map<number, Int16Array>();
  private readonly srtpCrypto = new SrtpCrypto();
  private readonly legs = new Set<MediaLeg>();
  private stopped = false;

  constructor(options: MediaOptions, clock: Clock) {
    this.host = options.host;
    this.log = options.log;
    this.clock = clock;
    this.inbox = new Inbox(() => clock.monotonicMs());
    this.pool = new PortPool(options.portMin, options.portMax);
    this.timetable = new Timetable({
      clock,
      onError: (error) => this.log.error({ err: error }, 'media slot failed'),
      ...(options.onPause ? { onPause: options.onPause } : {}),
    });
  }

  async openLeg(): Promise<MediaLeg> {
    const leg = await this.pool.takeBound(async (port) => {
      const [socket, rtcpSocket] = await bindPair(this.host, port);
      const opened: Leg = new Leg({
        socket,
        rtcpSocket,
        port,
        clock: this.clock,
        log: this.log,
        timetable: this.timetable,
        inbox: this.inbox,
        kernelFor: (fromHz, toHz) => this.kernelFor(fromHz, toHz),
        sounds: {
          musicFor: (rateHz) => known(this.music, rateHz, makeHoldMusic),
          ringbackFor: (rateHz) => known(this.ringback, rateHz, makeRingback),
        },
        srtpCrypto: this.srtpCrypto,
        onClosed: () => {
          this.pool.giveBack(port);
          this.legs.delete(opened);
        },
      });
      return opened;
    });
    this.legs.add(leg);
    if (this.stopped) {
      await leg.stop();
      throw new VoxboxError('aborted', 'media is stopped');
    }
    return leg;
  }

  bridge(): Bridge {
    return new Mixer({
      kernelFor: (fromHz, toHz) => this.kernelFor(fromHz, toHz),
      isLeg: (leg): leg is Leg => leg instanceof Leg && this.legs.has(leg),
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.legs].map((leg) => leg.stop()));
    this.timetable.stop();
  }

  private kernelFor(fromHz: number, toHz: number): ResamplingKernel | undefined {
    if (fromHz === toHz) return undefined;
    return known(this.kernels, `${fromHz}/${toHz}`, () => createKernel(fromHz, toHz));
  }
}

function known<K, V>(made: Map<K, V>, key: K, make: (key: K) => V): V {
  const before = made.get(key);
  if (before !== undefined) return before;
  const value = make(key);
  made.set(key, value);
  return value;
}

/** RTP on the even port, RTCP on the odd one after it (RFC 3550 §11): both or none. */
async function bindPair(host: string, port: number): Promise<[Socket, Socket]> {
  const rtp = await bindUdp(host, port);
  try {
    return [rtp, await bindUdp(host, port + 1)];
  } catch (error) {
    await new Promise<void>((resolve) => rtp.close(() => resolve()));
    throw error;
  }
}

function bindUdp(host: string, port: number): Promise<Socket> {
  const socket = createSocket({
    type: isIPv6(host) ? 'udp6' : 'udp4',
    // The system's resolver goes through a later turn of the event loop even for a plain address: packets would leave late.
    lookup: (name, lookupOptions, callback) => {
      const family = isIP(name);
      if (family) callback(null, name, family);
      else lookup(name, lookupOptions, callback);
    },
  });
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
