// Does something for all that has gathered, one round at a time: the next one begins after a pause that is longer
// than the last round took, so that however fast things come, most of the time is left for whoever uses the page.

const shortest = 250; // ms
const longest = 2000;
const patience = 5000; // a round that takes longer is not waited for

const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

export class Rounds {
  private things = new Set<string>();
  private running = false;

  constructor(private readonly round: (things: Set<string>) => Promise<unknown>) {}

  add(things: Iterable<string>) {
    for (const thing of things) this.things.add(thing);
    if (!this.running) void this.run();
  }

  private async run() {
    this.running = true;
    let pause = shortest;
    while (this.things.size > 0) {
      await sleep(pause);
      const now = this.things;
      this.things = new Set();
      const began = performance.now();
      await Promise.race([this.round(now).catch(() => undefined), sleep(patience)]);
      pause = Math.min(longest, Math.max(shortest, 2 * (performance.now() - began)));
    }
    this.running = false;
  }
}
