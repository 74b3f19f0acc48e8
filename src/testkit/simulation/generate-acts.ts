/**
 * What people and other programs do in a generated script. It draws from chance alone; whether an act is possible is known
 * only when its moment comes.
 */
import type { Profile } from './profiles.ts';
import type { Rng } from './rng.ts';
import type { Act } from './script.ts';

export interface Writer {
  readonly rng: Rng;
  readonly profile: Profile;
  /** Clients that there are by now. */
  count: number;
  /** Who has a backup, once one was made. */
  backedUp: number;
  contents: number;
  links: number;
}

export function makeAct(writer: Writer, onStore: boolean): Act {
  const { rng, profile } = writer;
  const { rates } = profile;
  const path = rng.pick(profile.paths);
  if (rng.chance(rates.ignore)) return makeIgnore(writer);
  if (profile.directories.length > 0 && rng.chance(rates.directory)) {
    const directory = rng.pick(profile.directories);
    if (rng.chance(0.4)) return { act: 'remove', path: directory };
    return { act: 'mkdir', path: directory, force: rng.chance(0.2) };
  }
  if (rng.chance(rates.move)) return makeMove(writer, path);
  if (!onStore && rng.chance(rates.link)) return { act: 'link', path, target: (writer.links += 1) };
  if (!onStore && rng.chance(rates.metadata)) {
    if (rng.chance(0.5)) return { act: 'chmod', path, executable: rng.chance(0.6) };
    return { act: 'touch', path, shift: rng.below(20) - 10 };
  }
  if (rng.chance(0.22)) return { act: 'remove', path };
  return {
    act: 'write',
    path,
    content: nextContent(writer),
    time: rng.pick(['now', 'now', 'same', 'popular'] as const),
    how: rng.pick(['place', 'replace'] as const),
    force: rng.chance(0.15),
  };
}

function makeMove({ rng, profile }: Writer, path: string): Act {
  const from = rng.chance(0.3) ? rng.pick([path, ...profile.directories]) : path;
  const to = rng.chance(0.3)
    ? rng.pick([...profile.paths, ...profile.directories])
    : `${rng.chance(0.5) ? 'm' : (from.split('/')[0] ?? 'm')}${String(rng.below(3))}`;
  return { act: 'move', path: from, to };
}

function makeIgnore(writer: Writer): Act {
  const { rng, profile } = writer;
  const all = [...profile.paths, ...profile.directories];
  const rules = Array.from({ length: rng.below(3) }, () => rng.pick(all));
  return { act: 'ignore', rules: [...new Set(rules)], content: (writer.contents += 1) };
}

function nextContent(writer: Writer): number {
  const { rng, profile } = writer;
  if (writer.contents > 0 && rng.chance(profile.rates.same)) return 1 + rng.below(writer.contents);
  return (writer.contents += 1);
}
