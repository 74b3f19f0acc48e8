/**
 * Where measured profiles of stores are kept: one small file a store in the state directory. A file that cannot be read
 * counts as not there: the store is then taken as its plugin claims, until it is measured again.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreProfile } from '../transport/profile.ts';
import { profileShape } from '../transport/profile.ts';

export interface StoreProfiles {
  load(store: string): StoreProfile | undefined;
  /** Replaces what was known. Fails with the system's error. */
  save(store: string, profile: StoreProfile): void;
}

/** `state`: the absolute state directory. */
export function openStoreProfiles(state: string): StoreProfiles {
  const directory = join(state, 'stores');
  const fileOf = (store: string): string => join(directory, `${encodeURIComponent(store)}.json`);
  return {
    load: (store) => {
      try {
        const parsed = profileShape.safeParse(JSON.parse(readFileSync(fileOf(store), 'utf8')));
        return parsed.data;
      } catch {
        return undefined;
      }
    },
    save: (store, profile) => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const file = fileOf(store);
      // CRASH: before the rename the old profile stays, and the next one writes over what is left.
      writeFileSync(`${file}.new`, `${JSON.stringify(profile, undefined, 2)}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
}
