/**
 * Makes a script from a seed and a profile. The same two give the same script; nothing here may look at a running world.
 */
import type { Profile } from './profiles.ts';
import { makeAct, type Writer } from './generate-acts.ts';
import { createRng, type Rng } from './rng.ts';
import type { Act, ClientSpec, Script, SimulationEvent } from './script.ts';

/**
 * Parts of a profile's length, one for each run: most runs are short, since many short ones find more than few long ones in
 * the same time; what needs a long story is found by the others.
 */
const parts = [0.12, 0.12, 0.12, 0.12, 0.12, 0.25, 0.25, 0.25, 0.5, 1] as const;

export function generateScript(seed: number, profile: Profile, name: string): Script {
  const rng = createRng(seed);
  const length = Math.round(profile.length * rng.pick(parts));
  const [least, most] = profile.clients;
  const count = least + rng.below(most - least + 1);
  const clients = Array.from({ length: count }, () => clientSpec(rng, profile));
  const writer: Writer = { rng, profile, count, backedUp: 0, contents: 0, links: 0 };
  const asleep = new Map<number, number>();
  const full = new Map<number | 'store', number>();
  const done = new Set<string>();
  const events: SimulationEvent[] = rng.chance(profile.rates.filled) ? filledPlaces(writer) : [];
  if (rng.chance(profile.rates.settled)) events.push(...wholeSyncs(count));
  for (let index = 0; index < length; index += 1) {
    for (const [client, until] of asleep) if (index >= until) asleep.delete(client);
    for (const [who, until] of full) {
      if (index < until) continue;
      full.delete(who);
      events.push({ do: 'room', who, bytes: null });
    }
    events.push(...nextEvents(writer, { asleep, full, done, index, length }));
  }
  // Who is asleep at the end wakes up in the quiet rounds.
  const late = [...asleep.keys()];
  const { rounds, deletedOnStore } = profile;
  return {
    seed,
    profile: name,
    store: rng.pick(profile.stores),
    rounds,
    deletedOnStore,
    settle: rng.pick(profile.settle),
    limits: makeLimits(rng, profile),
    clients,
    late,
    events,
  };
}

interface Progress {
  /** Client → index at which it wakes up. */
  readonly asleep: Map<number, number>;
  /** Disk or store → index at which it has room again. */
  readonly full: Map<number | 'store', number>;
  /** Rare events that have been. */
  readonly done: Set<string>;
  readonly index: number;
  /** Of the whole script. */
  readonly length: number;
}

const day = 24 * 3600 * 1000;

/** Narrow bounds, so that small trees meet them too. */
function makeLimits(rng: Rng, profile: Profile): Script['limits'] {
  if (!rng.chance(profile.rates.narrow)) return {};
  return {
    stagedFiles: rng.pick([1000, 1, 2]),
    resumable: rng.pick([8 * 1024 * 1024, 1]),
    renames: rng.pick([200, 1, 2]),
    leaseWork: rng.pick([10_000, 100, 400]),
    segmentsPerMaster: rng.pick([64, 2, 4]),
    masterAge: rng.pick([day, 60_000, 0]),
    rounds: rng.pick([5, 2]),
    guardFiles: rng.pick([25, 25, 1]),
    silent: rng.pick([90 * day, 90 * day, 3_600_000]),
  };
}

function clientSpec(rng: Rng, profile: Profile): ClientSpec {
  return {
    skew: rng.chance(0.3) ? 0 : Math.floor((rng.next() * 2 - 1) * profile.skew),
    ...rng.pick(profile.names),
    mtimePrecision: rng.pick(profile.mtimePrecisions),
    reuseIds: rng.chance(0.5),
    ...(rng.chance(profile.rates.modeless) ? { showsExecutable: rng.chance(0.5) } : {}),
  };
}

/** Files that were there before the first sync: the same ones in several places, as copied by hand. */
function filledPlaces(writer: Writer): SimulationEvent[] {
  const { rng, profile, count } = writer;
  const events: SimulationEvent[] = [];
  for (const path of profile.paths) {
    if (!rng.chance(0.7)) continue;
    const content = (writer.contents += 1);
    const places: (number | 'store')[] = [
      ...Array.from({ length: count }, (_, who) => who),
      'store',
    ];
    for (const who of places) {
      if (!rng.chance(0.6)) continue;
      const time = rng.pick(['now', 'popular'] as const);
      const what: Act = { act: 'write', path, content, time, how: 'place', force: false };
      events.push({ do: 'act', who, what });
    }
  }
  return events;
}

/** The trouble begins when all agree: what was there at first has come everywhere. */
function wholeSyncs(count: number): SimulationEvent[] {
  return Array.from({ length: count }, (_, index) => index).flatMap((client) => [
    { do: 'start', client },
    { do: 'step', client, times: 2000, pick: 0 },
  ]);
}

function nextEvents(writer: Writer, progress: Progress): SimulationEvent[] {
  const { rng, profile, count } = writer;
  const { rates } = profile;
  if (rng.chance(rates.act)) {
    const who = rng.chance(rates.program) ? 'store' : rng.below(count);
    return [{ do: 'act', who, what: makeAct(writer, who === 'store') }];
  }
  if (rng.chance(rates.ambush)) return makeAmbush(writer);
  const rare = rareEvent(writer, progress);
  if (rare !== undefined) return [...untilMiddle(writer, rare), rare];
  if (rng.chance(rates.minute)) {
    return [
      { do: 'time', milliseconds: rng.chance(0.9) ? 20_000 + rng.below(60_000) : 90_000_000 },
    ];
  }
  if (rng.chance(rates.full)) {
    const who = rng.chance(0.5) ? 'store' : rng.below(count);
    progress.full.set(who, progress.index + 3 + rng.below(25));
    return [{ do: 'room', who, bytes: rng.below(rng.pick([40, 400, 1500])) }];
  }
  const client = rng.below(count);
  if (progress.asleep.has(client)) return [];
  if (rng.chance(rates.sleep)) {
    progress.asleep.set(client, progress.index + 5 + rng.below(40));
    return rng.chance(0.5) ? [{ do: 'suspend', client, milliseconds: 70_000 }] : [];
  }
  if (rng.chance(rates.crash)) {
    if (rng.chance(0.5)) return [{ do: 'crash', client }];
    return [{ do: 'crash-at-commit', client, before: rng.chance(0.5) }];
  }
  if (rng.chance(rates.cancel)) return [{ do: 'cancel', client }];
  if (rates.wipe > 0 && rng.chance(0.03)) return [{ do: 'rejoin', client }];
  if (rng.chance(0.02)) return [{ do: rng.chance(0.4) ? 'restore-held' : 'accept', client }];
  const start: SimulationEvent[] = rng.chance(0.4) ? [{ do: 'start', client }] : [];
  return [...start, makeStep(writer, client)];
}

/**
 * Somebody changes a path, and while that is placed, others change the same path between any two renames; then the client
 * stops for good, or for longer than its lease, and another one finds what it left.
 */
function makeAmbush(writer: Writer): SimulationEvent[] {
  const { rng, profile, count } = writer;
  const client = rng.below(count);
  const path = rng.pick(profile.paths);
  const change = (who: number | 'store'): SimulationEvent => {
    const made = makeAct(writer, who === 'store');
    return {
      do: 'act',
      who,
      what: 'path' in made && made.act !== 'link' ? { ...made, path } : made,
    };
  };
  const events: SimulationEvent[] = [change(client), { do: 'start', client }];
  for (let stop = 1 + rng.below(4); stop > 0; stop -= 1) {
    events.push({ do: 'step', client, times: 200, pick: rng.next(), until: 'rename' });
    if (rng.chance(0.6)) events.push(change(rng.chance(0.6) ? 'store' : rng.below(count)));
    // Whatever comes back to its path finds no directory there any more.
    const above = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (above !== '' && rng.chance(0.2)) {
      events.push({ do: 'act', who: 'store', what: { act: 'remove', path: above } });
    }
  }
  if (rng.chance(profile.rates.crash * 15)) events.push({ do: 'crash', client });
  else if (rng.chance(0.5)) events.push({ do: 'suspend', client, milliseconds: 70_000 });
  const other = rng.below(count);
  events.push({ do: 'start', client: other });
  events.push({ do: 'step', client: other, times: 60 + rng.below(200), pick: rng.next() });
  return events;
}

/** Many stops are where others can do most harm: between the renames of a placing. */
function makeStep({ rng, profile }: Writer, client: number): SimulationEvent {
  const faulty = profile.faults.length > 0 && rng.chance(profile.rates.fault);
  const fault = faulty ? { fault: rng.pick(profile.faults) } : {};
  const pick = rng.next();
  if (rng.chance(0.35)) {
    const until = rng.pick(['rename', 'rename', 'rename', 'write', 'list'] as const);
    return { do: 'step', client, times: 120, pick, until, ...fault };
  }
  return { do: 'step', client, times: 1 + Math.floor(80 * rng.next() ** 3), pick, ...fault };
}

/** A backup of the store is best made while something is staged, and put back while something is placed. */
function untilMiddle({ rng, count }: Writer, rare: SimulationEvent): SimulationEvent[] {
  const until = { 'store-backup': 'write', 'store-restore': 'rename' }[rare.do as string];
  if (until === undefined || rng.chance(0.4)) return [];
  const client = rng.below(count);
  const start: SimulationEvent[] = rng.chance(0.7) ? [{ do: 'start', client }] : [];
  const stops = Array.from({ length: 1 + rng.below(3) }, (): SimulationEvent => {
    return { do: 'step', client, times: 120, pick: rng.next(), until };
  });
  return [...start, ...stops];
}

function rareEvent(writer: Writer, progress: Progress): SimulationEvent | undefined {
  const { rng, profile, count } = writer;
  const { rates } = profile;
  const { done } = progress;
  const once = (kind: string, rate: number, after?: string): boolean => {
    if (rate === 0 || done.has(kind) || (after !== undefined && !done.has(after))) return false;
    if (!rng.chance(rate)) return false;
    done.add(kind);
    return true;
  };
  const again = Array.from({ length: rates.rare }, (_, index) => `event ${String(index)}`);
  const event = again.find((name) => !done.has(name)) ?? 'event 0';
  if (once('backup', Math.max(rates.clone, rates.restore))) {
    writer.backedUp = rng.below(count);
    return { do: 'backup', client: writer.backedUp };
  }
  if (once('store-backup', rates.rollback)) return { do: 'store-backup' };
  // The rest of the run has to get over it.
  if (progress.index > progress.length * 0.8) return undefined;
  if (once(event, rates.clone)) {
    writer.count += 1;
    const older = done.has('backup') && rng.chance(0.5);
    return { do: 'clone', client: older ? writer.backedUp : rng.below(count), older };
  }
  if (once(event, rates.restore, 'backup')) {
    return {
      do: 'restore',
      client: writer.backedUp,
      what: rng.pick(['state', 'tree', 'both'] as const),
    };
  }
  if (once(event, rates.wipe)) return { do: 'store-wipe' };
  if (once(event, rates.unmark)) {
    return { do: 'unmark', client: rng.below(count), empty: rng.chance(0.7) };
  }
  if (once(event, rates.rollback, 'store-backup')) {
    const restamp = rng.chance(0.5);
    const filesOnly = rates.filesOnly > 0 && rng.chance(rates.filesOnly);
    return { do: 'store-restore', restamp, ...(filesOnly ? { filesOnly } : {}) };
  }
  return undefined;
}
