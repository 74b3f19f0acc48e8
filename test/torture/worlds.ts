/** The worlds in which syncs are killed: what people do on two computers, and where a sync is hit. */
import { compact } from './compaction.ts';
import type { Aim } from './program.ts';
import { recovered, strike } from './session.ts';
import type { Session } from './session.ts';
import { makeSmall, troubled, troublesOn } from './troubled.ts';

/** Kills in one world before the next is made. */
const KILLS_PER_WORLD = 10;

/** The first sync of all, and the first of another computer. */
export async function joining(session: Session): Promise<void> {
  const { world, rng } = session;
  const [laptop, desk] = world.computers;
  for (let times = 0; times < 6; times += 1) world.work(laptop);
  for (let times = 1 + rng.below(3); times > 0; times -= 1) await strike(session, laptop);
  if (rng.chance(0.5)) await recovered(session, laptop, { editor: laptop });
  world.work(laptop);
  await laptop.sync();
  session.role = 'download';
  for (let times = 1 + rng.below(3); times > 0; times -= 1) await strike(session, desk);
  await recovered(session, desk, { editor: laptop });
}

/** Edits of all kinds on one computer, killed while they go up, or while they come down on the other. */
export async function working(session: Session): Promise<void> {
  const { world, rng, store, tally } = session;
  const [laptop, desk] = world.computers;
  for (let times = 0; times < 4; times += 1) world.work(laptop);
  for (const client of [laptop, desk]) await client.sync();
  const before = tally.kills(store);
  for (let turn = 0; turn < 12 && tally.kills(store) - before < KILLS_PER_WORLD; turn += 1) {
    const [editor, other] = rng.chance(0.5) ? [laptop, desk] : [desk, laptop];
    world.work(editor);
    const isDownload = rng.chance(0.4);
    if (isDownload) await editor.sync();
    const hit = isDownload ? other : editor;
    session.role = isDownload ? 'download' : 'upload';
    for (let times = 1 + rng.below(2); times > 0; times -= 1) await strike(session, hit);
    await recovered(session, hit, { editor });
  }
}

/** A file that goes on after a cut: killed in its middle, and again while it goes on, up and down. */
export async function large(session: Session): Promise<void> {
  const { world } = session;
  const [laptop, desk] = world.computers;
  world.work(laptop, { large: true });
  const aims: readonly Aim[] = [
    { kinds: ['write'], moment: 'middle', path: '/new/', nth: 20 },
    { kinds: ['resume'], moment: 'before', nth: 1 },
    { kinds: ['resume'], moment: 'middle', nth: 4 },
    { kinds: ['resume'], moment: 'middle', nth: 2 },
    { kinds: ['resume'], moment: 'after', nth: 1 },
  ];
  for (const aim of aims) await strike(session, laptop, aim);
  await laptop.sync();
  for (const nth of [15, 12, 9]) {
    await strike(session, desk, { kinds: ['read'], moment: 'middle', path: 'large', nth });
  }
  await recovered(session, desk, { editor: laptop });
}

/** See compaction.ts. */
export async function compacting(session: Session): Promise<void> {
  await compact(session);
}

/** No kills: each trouble once in the middle of an upload, and once in that of a download. */
export async function troubles(session: Session, canMount: boolean): Promise<void> {
  const { world, rng, store, tally, say } = session;
  const [laptop, desk] = world.computers;
  if (canMount) makeSmall(laptop);
  world.work(laptop);
  await recovered(session, laptop, { editor: laptop });
  for (const what of troublesOn(world.stage, canMount)) {
    for (const client of what === 'disk full here' ? [laptop] : [laptop, desk]) {
      const editor = what === 'disk full here' || client === desk ? other(session, client) : client;
      world.work(editor, { large: true });
      if (editor !== client) await editor.sync();
      const told = await troubled({ world, client }, what, { nth: 5 + rng.below(60) });
      say(`${client.name} ${told ?? `ended before ${what}`}`);
      if (told !== undefined) tally.trouble(store, what);
      await recovered(session, client, { editor });
    }
  }
}

function other({ world }: Session, client: Session['world']['computers'][number]) {
  const [laptop, desk] = world.computers;
  return client === laptop ? desk : laptop;
}
