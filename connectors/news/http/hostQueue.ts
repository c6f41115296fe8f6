/** Lets work on one host go one piece at a time, in the order it was asked for; other hosts do not wait. */
export class HostQueue {
  private readonly tails = new Map<string, Promise<unknown>>();

  /** Hosts with work under way or waiting. */
  get busy(): number {
    return this.tails.size;
  }

  run<T>(host: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.tails.get(host) ?? Promise.resolve()).then(work);
    const tail = turn
      .catch(() => undefined)
      .then(() => {
        if (this.tails.get(host) === tail) this.tails.delete(host);
      });
    this.tails.set(host, tail);
    return turn;
  }
}
