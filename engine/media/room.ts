import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns';
import { isIP, isIPv6 } from 'node:net';
import { type Clock, type Log, systemClock, VoxboxError } from '../foundation/index.ts';
import { sampleRateHz } from './frame.ts';
import { Leg } from './leg.ts';
import type { Media, MediaLeg, MediaOptions } from './model.ts';
import { PortPool } from './port-pool.ts';
import { createKernel, type ResamplingKernel } from './resample.ts';
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
  /** Kernels to 8 kHz by source rate: made once, a few milliseconds each, shared by all legs. */
  private readonly kernels = new Map<number, ResamplingKernel>();
  private readonly legs = new Set<MediaLeg>();
  private stopped = false;

  constructor(options: MediaOptions, clock: Clock) {
    this.host = options.host;
    this.log = options.log;
    this.clock = clock;
    this.pool = new PortPool(options.portMin, options.portMax);
    this.timetable = new Timetable({
      clock,
      onError: (error) => this.log.error({ err: error }, 'media slot failed'),
    });
  }

  async openLeg(): Promise<MediaLeg> {
    const leg = await this.pool.takeBound(async (port) => {
      const socket = await bindUdp(this.host, port);
      const opened: Leg = new Leg({
        socket,
        port,
        clock: this.clock,
        log: this.log,
        timetable: this.timetable,
        kernelFor: (fromHz) => this.kernelFor(fromHz),
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

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.legs].map((leg) => leg.stop()));
    this.timetable.stop();
  }

  private kernelFor(fromHz: number): ResamplingKernel | undefined {
    if (fromHz === sampleRateHz) return undefined;
    const known = this.kernels.get(fromHz);
    if (known) return known;
    const kernel = createKernel(fromHz, sampleRateHz);
    this.kernels.set(fromHz, kernel);
    return kernel;
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
