/**
 * What the index of a history folder says about one item's aside. Written before anything is moved, so that whoever finds
 * the aside, a person too, can tell what it was; a line whose file is not in the folder was moved on, or never came to it.
 */
import type { HistoryLine } from '../format/history.ts';
import { timeText } from '../format/history.ts';
import { keyOf } from '../model/entry.ts';
import type { Context } from './context.ts';
import type { Item } from './transaction.ts';

export function historyLine(ctx: Context, item: Item): HistoryLine {
  const { index, expected, from, path } = item;
  const why = whyOf(item);
  return {
    index,
    path: from ?? path,
    key: expected?.key ?? '',
    dots: [...(expected?.dots ?? [])],
    ...factsOf(ctx, item),
    why,
    ...(why === 'moved' ? { to: path } : {}),
    at: timeText(ctx.clock.now()),
    by: ctx.settings.client,
    client: ctx.state.identity.client,
  };
}

/** A file whose time is set goes aside and comes back. */
function whyOf({ action, from, path, members }: Item): HistoryLine['why'] {
  if (from !== undefined || action === 'touch') {
    return 'moved';
  }
  const next = members.find((member) => member.path === path)?.entry;
  return next === null || next === undefined ? 'deleted' : 'replaced';
}

/** From the version that it is recorded as; of what is not recorded, the store's stamp tells the size and time. */
function factsOf(
  ctx: Context,
  { expected, from, path }: Item,
): Pick<HistoryLine, 'size' | 'mtime' | 'executable' | 'made'> {
  const recorded = ctx.state.master.recorded(from ?? path);
  const version = recorded.find(({ entry }) => keyOf(entry) === expected?.key);
  if (version?.entry.kind === 'file') {
    const { size, mtime, executable } = version.entry;
    return { size, mtime, ...(executable ? { executable: true } : {}), made: version.by };
  }
  const { size, modified } = expected?.stamp ?? {};
  return {
    ...(size === undefined ? {} : { size }),
    ...(modified === undefined ? {} : { mtime: Math.floor(modified / 1000) }),
  };
}
