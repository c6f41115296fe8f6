/** What the thread that trains is told between two rounds, through memory that both threads see. */
export class Control {
  /** Goes to the other thread as it is. */
  readonly shared: SharedArrayBuffer;
  readonly #word: Int32Array;

  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.shared = shared;
    this.#word = new Int32Array(shared);
  }

  /** Ends training and keeps what was trained. */
  stop(): void {
    Atomics.compareExchange(this.#word, 0, 0, 1);
  }

  /** Ends training and keeps nothing. */
  cancel(): void {
    Atomics.store(this.#word, 0, 2);
  }

  get wish(): 'go-on' | 'stop' | 'cancel' {
    const word = Atomics.load(this.#word, 0);
    return word === 0 ? 'go-on' : word === 1 ? 'stop' : 'cancel';
  }
}
