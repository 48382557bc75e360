/** The present, once a second: elapsed times and "5 min ago" follow it. */
export class Now {
  ms = $state(Date.now());
  #timer: ReturnType<typeof setInterval> | undefined;

  start(): void {
    this.ms = Date.now();
    this.#timer ??= setInterval(() => {
      this.ms = Date.now();
    }, 1000);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
