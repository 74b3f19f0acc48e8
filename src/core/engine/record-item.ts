/** What a finished item means for the records: sighting, change and ancestor of each of its paths. */
import { ancestorOf } from '../decide/reconcile.ts';
import type { Entry, FileEntry } from '../model/entry.ts';
import { DIRECTORY_KEY, storedKeyOf } from '../model/entry.ts';
import { compareStamps, looksAlike } from '../model/stamp.ts';
import type { Deed } from '../ports/folder.ts';
import type { Stamp } from '../ports/transport.ts';
import type { Context } from './context.ts';
import { timeToSet } from './place-item.ts';
import { freshTime, withStored } from './stored-times.ts';
import type { Item, Member } from './transaction.ts';

export async function recordItem(ctx: Context, item: Item): Promise<void> {
  const touched = touchedEntry(ctx, item);
  const shown = touched === undefined ? undefined : await stampAfterTouch(ctx, item, touched);
  const stampOf = (member: Member): Stamp => {
    if (shown !== undefined) {
      return shown;
    }
    return member.stamp ?? (item.action === 'move' ? (item.expected?.stamp ?? {}) : {});
  };
  for (const member of item.members) {
    if (member.entry === null) {
      recordGone(ctx, member);
    } else {
      recordThere(ctx, item, { member, entry: member.entry, stamp: stampOf(member) });
    }
  }
  announce(ctx, item);
}

/** A file whose time was set. */
function touchedEntry(ctx: Context, item: Item): FileEntry | undefined {
  const entry = item.members[0]?.entry;
  return item.action === 'touch' && entry?.kind === 'file' ? entry : timeToSet(ctx, item);
}

/** RACE: another program may have written since. Then nothing is known of what is there, and the next survey reads it. */
async function stampAfterTouch(ctx: Context, item: Item, entry: FileEntry): Promise<Stamp> {
  const found = await ctx.store.look(item.path);
  if (found === 'absent') {
    return {};
  }
  const asked = freshTime(ctx, item.path, entry);
  const { id, size } = item.expected?.stamp ?? {};
  const before = { ...(id === undefined ? {} : { id }), ...(size === undefined ? {} : { size }) };
  const isOther =
    compareStamps(before, found.stamp) === 'different' ||
    looksAlike(found.stamp, entry.size, asked) === 'different';
  return isOther ? {} : found.stamp;
}

function recordGone(ctx: Context, { path, over }: Member): void {
  const { state, settings } = ctx;
  state.unsee(path);
  if (over.length > 0) {
    state.record({ path, replaces: over, entry: null }, settings.client);
  }
  state.ancestors.delete(path);
  state.goneBy.delete(path);
}

function recordThere(
  ctx: Context,
  item: Item,
  { member, entry, stamp }: { member: Member; entry: Entry; stamp: Stamp },
): void {
  const { state, settings } = ctx;
  const { path, over } = member;
  const stored = storedKeyOf(entry);
  if (stored === undefined) {
    state.unsee(path);
  } else {
    state.see(path, { key: stored, stamp: stored === DIRECTORY_KEY ? {} : stamp });
  }
  if (member.implied) {
    return;
  }
  const made: Entry = entry.kind === 'file' ? withStored(entry, stamp) : entry;
  const gone = goneHalf(item, path);
  const from = gone === undefined ? {} : { from: { path: gone.path, dots: gone.over } };
  state.record({ path, replaces: over, entry: made, ...from }, settings.client);
  const { dots: _, ...content } = ancestorOf(made, []);
  state.hold(path, made, content);
}

/** For a moved path: the member that says where it was. */
function goneHalf(item: Item, path: string): Member | undefined {
  if (item.from === undefined) {
    return undefined;
  }
  const old = item.from + path.slice(item.path.length);
  return item.members.find((member) => member.path === old && member.entry === null);
}

function announce(ctx: Context, item: Item): void {
  const deed = (member: Member): Deed => {
    if (item.from !== undefined) {
      return 'moved-on-store';
    }
    if (item.action === 'touch') {
      return 'metadata';
    }
    return member.entry === null ? 'deleted-on-store' : 'uploaded';
  };
  for (const member of item.members) {
    const isHalf = item.from !== undefined && member.entry === null;
    const isSilent = member.entry === null && member.over.length === 0;
    if (!member.implied && !isHalf && !isSilent) {
      const old = goneHalf(item, member.path);
      const from = old === undefined ? {} : { from: old.path };
      ctx.emit({ type: 'done', deed: deed(member), path: member.path, ...from });
    }
  }
}
