/**
 * A world with so many records that they are gathered: killed while the master is written, read back, and while what it covers
 * is removed. A day passes by turning back the times of the masters on the server's disk.
 */
import { readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recovered, strike } from './session.ts';
import type { Session } from './session.ts';

/** One less than the program gathers. */
const SEGMENTS = 63;
const TWO_DAYS = 2 * 24 * 3600;

export async function compact(session: Session): Promise<void> {
  const { world, rng } = session;
  const [laptop] = world.computers;
  world.work(laptop);
  await laptop.sync();
  const own = join(world.stage.place, '.ownsync');
  const segments = (): number => readdirSync(join(own, 'manifests')).length;
  while (segments() < SEGMENTS) {
    writeFileSync(join(laptop.folder, 'counter'), `count ${String(segments())}`);
    await laptop.sync();
  }
  for (const aim of [
    { kinds: ['write'], moment: 'before', path: '/master/', nth: 1 },
    { kinds: ['write'], moment: 'middle', path: '/master/', nth: 1 },
    { kinds: ['write'], moment: 'after', path: '/master/', nth: 1 },
  ] as const) {
    writeFileSync(join(laptop.folder, 'counter'), `aim ${aim.moment}`);
    await strike(session, laptop, aim);
  }
  await recovered(session, laptop, { editor: laptop });
  for (const name of readdirSync(join(own, 'master'))) {
    const file = join(own, 'master', name);
    const { mtimeMs } = statSync(file);
    utimesSync(file, mtimeMs / 1000, mtimeMs / 1000 - TWO_DAYS);
  }
  const before = segments();
  for (let times = 0; times < 4; times += 1) {
    const moment = rng.pick(['before', 'after'] as const);
    await strike(session, laptop, {
      kinds: ['remove'],
      moment,
      path: '/manifests/',
      nth: 1 + rng.below(20),
    });
  }
  await recovered(session, laptop, { editor: laptop });
  if (segments() >= before) throw new Error(`nothing was gathered of ${String(before)} segments`);
}
