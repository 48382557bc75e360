/** Telephone audio inside the room: 8 kHz mono 16-bit in frames of 20 ms. */
export const sampleRateHz = 8000;
export const frameMs = 20;
export const frameSamples = 160;
export const samplesPerMs = 8;
