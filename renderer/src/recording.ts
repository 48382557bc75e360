const rateHz = 24_000;

/**
 * Any sound that the browser can read, as a WAV file: mono, 16 bit, 24 kHz, which is what voices are made of.
 * Null for what is no sound.
 */
export async function toWav(blob: Blob): Promise<Blob | null> {
  const context = new AudioContext();
  try {
    const sound = await context.decodeAudioData(await blob.arrayBuffer());
    const length = Math.max(1, Math.round(sound.duration * rateHz));
    // Mixes down and converts the rate by itself.
    const offline = new OfflineAudioContext(1, length, rateHz);
    const source = new AudioBufferSourceNode(offline, { buffer: sound });
    source.connect(offline.destination);
    source.start();
    return wavOf((await offline.startRendering()).getChannelData(0));
  } catch {
    return null;
  } finally {
    void context.close();
  }
}

function wavOf(samples: Float32Array): Blob {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at: number, letters: string) => {
    for (let i = 0; i < letters.length; i += 1) view.setUint8(at + i, letters.charCodeAt(i));
  };
  text(0, 'RIFF');
  view.setUint32(4, view.byteLength - 8, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rateHz, true);
  view.setUint32(28, rateHz * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, i) => {
    view.setInt16(44 + i * 2, Math.max(-1, Math.min(1, sample)) * 32_767, true);
  });
  return new Blob([view.buffer], { type: 'audio/wav' });
}
