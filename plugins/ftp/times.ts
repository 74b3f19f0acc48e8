/**
 * Setting the time of files, in the server's dialect and in the zone that it takes times in. What it tells is held to be
 * UTC, as RFC 3659 wants it; a server that takes times by another clock than it tells them is seen through by reading back.
 */
import { isFinal, plain } from './change.ts';
import type { Connection } from './connection.ts';
import { Finding, Refusal } from './failures.ts';
import { lookAt } from './look.ts';
import { timeOf, timeText, type Reply } from './replies.ts';
import type { Store } from './store.ts';

interface WantedTime {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** FAT keeps every other second. */
const tolerance = 2000;
const quarterHour = 15 * 60 * 1000;
const farthest = 26 * 60 * 60 * 1000;

/** Undefined: this server cannot set it. Refusals are not explained here. */
export function timeCommand(store: Store, path: string, modified: number): string | undefined {
  const time = timeText(modified - store.timeShift);
  const dialect = store.parts.setTime;
  if (time === undefined || dialect === 'none') return undefined;
  return `${dialect} ${time} ${store.absolute(path)}`;
}

export async function setModified(
  store: Store,
  connection: Connection,
  wanted: WantedTime,
): Promise<void> {
  const { path, modified } = wanted;
  const command = timeCommand(store, path, modified);
  if (command === undefined) throw new Finding('unsupported', 'this time cannot be set');
  const reply = await connection.ask(command);
  if (reply.code >= 400) await refuseSetModified(store, connection, { path, reply });
  await verifyTimes(store, connection, [wanted]);
}

export async function refuseSetModified(
  store: Store,
  connection: Connection,
  { path, reply }: { readonly path: string; readonly reply: Reply },
): Promise<never> {
  if (isFinal(reply)) throw new Refusal(reply);
  if ((await lookAt(store, connection, path)) === 'absent') {
    throw new Finding('not-found', 'there is no such file', { reply });
  }
  throw plain(reply);
}

/** Reads back times that were just set: all, but for MFMT, whose zone is fixed, only the first. */
export async function verifyTimes(
  store: Store,
  connection: Connection,
  set: readonly WantedTime[],
): Promise<void> {
  const { timesHold, timeShift, parts } = store;
  const trusted = timesHold === true && timeShift === 0 && parts.setTime === 'MFMT';
  if (trusted || timesHold === false) return;
  const replies = await connection.askAll(set.map(({ path }) => `MDTM ${store.absolute(path)}`));
  for (const [at, wanted] of set.entries()) {
    const reply = replies[at];
    const told = reply?.code === 213 ? timeOf(reply.text) : undefined;
    if (told !== undefined) await checkTime(store, connection, { ...wanted, told });
  }
}

/**
 * `told` is what the server has for a time that was just set. When it is off by what zones can be off by, the server is
 * given that much less from now on. Returns whether the time was set once more.
 */
export async function checkTime(
  store: Store,
  connection: Connection,
  { path, modified, told }: WantedTime & { readonly told: number },
): Promise<boolean> {
  const off = told - Math.floor(modified / 1000) * 1000;
  if (Math.abs(off) < tolerance) {
    store.timesHold ??= true;
    return false;
  }
  if (store.timesHold === false) return false;
  const { timeShift } = store;
  const shift = Math.round(off / quarterHour) * quarterHour;
  if (Math.abs(off - shift) < tolerance && Math.abs(timeShift + shift) <= farthest) {
    store.timeShift = timeShift + shift;
    const command = timeCommand(store, path, modified);
    const reply = command === undefined ? undefined : await connection.ask(command);
    const now = await connection.ask(`MDTM ${store.absolute(path)}`);
    const isRight = Math.abs((timeOf(now.text) ?? Infinity) - modified) < tolerance;
    if (reply !== undefined && reply.code < 300 && isRight) {
      const minutes = String(store.timeShift / 60_000);
      store.parts.log(`the server takes times ${minutes} minutes off; they are given so`);
      store.timesHold = true;
      return true;
    }
    store.timeShift = timeShift;
  }
  store.timesHold = false;
  store.parts.log(`the server keeps another time than it was given: off by ${String(off)} ms`);
  return true;
}
