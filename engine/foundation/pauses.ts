/** Nothing else of the engine waits longer than this for work that can wait. */
const sliceMs = 4;

/** Answers a function that lets other work in, once a slice of time is used up: to be awaited between small steps. */
export function pauses(): () => Promise<void> {
  let sinceMs = performance.now();
  return async () => {
    if (performance.now() - sinceMs < sliceMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    sinceMs = performance.now();
  };
}
