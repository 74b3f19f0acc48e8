/**
 * Holds every port call of one run of a program until the schedule lets it go on. A program that crashed is never let go
 * again: for the world it has stopped in the middle. Nothing here knows what the calls do.
 */
import type { Fault } from './script.ts';

interface Waiting {
  readonly label: string;
  readonly isStore: boolean;
  readonly release: (fault: Fault | undefined) => void;
  /** A sleeper: the monotonic time at which it may go on. */
  readonly wakeAt?: number;
}

export interface GateOptions {
  /** A call arrives; the world lets time pass. */
  readonly onCall: () => void;
  /** By this program's monotonic clock, milliseconds. */
  readonly monotonic: () => number;
  /** More calls than this in one sync: it hangs. */
  readonly limit: number;
  readonly trace: (line: string) => void;
}

export class Gates {
  /** True: calls go on at once; only sleepers wait. */
  free = false;
  dead = false;
  calls = 0;
  #waiting: Waiting[] = [];
  readonly #options: GateOptions;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  get exhausted(): boolean {
    return this.calls > this.#options.limit;
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Undefined: go on at once. `isStore`: a fault may befall this call. */
  pass(label: string, isStore: boolean): Promise<Fault | undefined> | undefined {
    if (this.dead || this.exhausted) return new Promise(() => undefined);
    this.calls += 1;
    this.#options.onCall();
    this.#options.trace(label);
    if (this.free) return undefined;
    return new Promise((release) => {
      this.#waiting.push({ label, isStore, release });
    });
  }

  /** Some call waits there. */
  waitsAt(start: string, end: string): boolean {
    return this.#waiting.some(({ label }) => label.startsWith(start) && label.endsWith(end));
  }

  sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (this.dead || this.exhausted) return new Promise(() => undefined);
    this.calls += 1;
    this.#options.trace(`sleep ${String(milliseconds)}`);
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#waiting = this.#waiting.filter((waiting) => waiting !== sleeper);
        reject(signal.reason as Error);
      };
      const sleeper: Waiting = {
        label: 'sleep',
        isStore: false,
        wakeAt: this.#options.monotonic() + milliseconds,
        release: () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
      };
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.push(sleeper);
    });
  }

  /** Lets one call go on. False: nothing can. A fault waits for a store call; true only if it found one. */
  step(pick: number, fault?: Fault): { readonly moved: boolean; readonly faulted: boolean } {
    const now = this.#options.monotonic();
    const ready = this.#waiting.filter(({ wakeAt }) => wakeAt === undefined || wakeAt <= now);
    const chosen = ready[Math.floor(pick * ready.length)];
    if (chosen === undefined) return { moved: false, faulted: false };
    const faulted = fault !== undefined && chosen.isStore;
    this.#waiting.splice(this.#waiting.indexOf(chosen), 1);
    chosen.release(faulted ? fault : undefined);
    return { moved: true, faulted };
  }

  /** From now on calls go on at once, those that wait now first. Sleepers keep sleeping. */
  open(): void {
    this.free = true;
    const ready = this.#waiting.filter(({ wakeAt }) => wakeAt === undefined);
    this.#waiting = this.#waiting.filter(({ wakeAt }) => wakeAt !== undefined);
    for (const waiting of ready) waiting.release(undefined);
  }

  /** Milliseconds until the next sleeper wakes; undefined: nobody sleeps. */
  nextWake(): number | undefined {
    const times = this.#waiting.flatMap(({ wakeAt }) => (wakeAt === undefined ? [] : [wakeAt]));
    return times.length === 0
      ? undefined
      : Math.max(0, Math.min(...times) - this.#options.monotonic());
  }

  /** The program is gone: no call of it goes on, and none that comes has any effect. */
  kill(): void {
    this.dead = true;
    this.#waiting = [];
  }
}

/** Resolves when everything that can run on without the schedule has done so. */
export function drained(): Promise<void> {
  // ORDER: a tick that is asked for inside a microtask comes after all microtasks.
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

/** The same for a program that also waits for the event loop. */
export function turned(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
