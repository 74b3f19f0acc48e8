/**
 * Holds every port call of one run of a program until the schedule lets it go on. A program that crashed is never let go
 * again: for the world it has stopped in the middle. Nothing here knows what the calls do.
 */
import type { Fault } from './script.ts';

/** One port call at one of its moments; put into words only when somebody reads them. */
export interface Moment {
  readonly port: 'store' | 'disk';
  readonly operation: string;
  readonly path: string;
  readonly to?: string | undefined;
  readonly point: 'before' | 'between' | 'after';
}

interface Waiting {
  /** Undefined: a sleeper. */
  readonly moment: Moment | undefined;
  /** A fault may befall it. */
  readonly isFragile: boolean;
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
  /** Undefined: nobody reads it. */
  readonly trace: ((line: string) => void) | undefined;
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

  /** Undefined: go on at once. `go` is called when the call goes on, with the fault that befalls it; it may throw. */
  pass(moment: Moment, go?: (fault: Fault | undefined) => void): Promise<void> | undefined {
    if (this.dead || this.exhausted) return new Promise(() => undefined);
    this.calls += 1;
    this.#options.onCall();
    this.#options.trace?.(labelOf(moment));
    if (this.free) {
      go?.(undefined);
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const release = (fault: Fault | undefined): void => {
        try {
          go?.(fault);
          resolve();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      const isFragile = moment.port === 'store' && moment.point === 'before';
      this.#waiting.push({ moment, isFragile, release });
    });
  }

  /** Some call of a store operation has taken effect and waits to answer. */
  hasJustDone(operation: string): boolean {
    return this.#waiting.some(
      ({ moment }) =>
        moment?.port === 'store' && moment.operation === operation && moment.point === 'after',
    );
  }

  sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (this.dead || this.exhausted) return new Promise(() => undefined);
    this.calls += 1;
    this.#options.trace?.(`sleep ${String(milliseconds)}`);
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#waiting = this.#waiting.filter((waiting) => waiting !== sleeper);
        reject(signal.reason as Error);
      };
      const sleeper: Waiting = {
        moment: undefined,
        isFragile: false,
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
    const ready = this.#ready();
    const chosen = ready[Math.floor(pick * ready.length)];
    if (chosen === undefined) return { moved: false, faulted: false };
    const faulted = fault !== undefined && chosen.isFragile;
    this.#waiting.splice(this.#waiting.indexOf(chosen), 1);
    chosen.release(faulted ? fault : undefined);
    return { moved: true, faulted };
  }

  #ready(): readonly Waiting[] {
    if (this.#waiting.every(({ wakeAt }) => wakeAt === undefined)) return this.#waiting;
    const now = this.#options.monotonic();
    return this.#waiting.filter(({ wakeAt }) => wakeAt === undefined || wakeAt <= now);
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

function labelOf({ port, operation, path, to, point }: Moment): string {
  return `${port} ${operation} ${path}${to === undefined ? '' : ` ${to}`} ${point}`;
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
