/** Asks for a folder: where it is here, what it is called, where it is on the store. Makes the local directory if it is told to. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { absolutePath, isWithin } from '../config/places.ts';
import { folderSchema } from '../config/schema.ts';
import type { Asker } from './init-asker.ts';
import { freeName, nameFor } from './init-draft.ts';
import type { FolderDraft, Target } from './init-draft.ts';
import { tidyLocal } from './init-given.ts';

export interface GivenFolder {
  readonly local: string | undefined;
  readonly name: string | undefined;
  readonly path: string | undefined;
}

interface Around {
  readonly target: Target;
  readonly cwd: string;
  readonly home: string;
}

export async function askFolder(
  asker: Asker,
  given: GivenFolder,
  around: Around,
): Promise<FolderDraft> {
  const local = given.local ?? (await askLocal(asker, around));
  const name =
    given.name ??
    (await asker.text({
      message: 'A name for the folder, for messages and commands',
      initial: freeName(nameFor(local), folderNames(around.target)),
      check: (text) => folderSchema.shape.name.safeParse(text).error?.issues[0]?.message,
    }));
  const path =
    given.path ??
    (await asker.text({
      message: 'Its place on the store; on further computers the same',
      initial: `/${name}`,
    }));
  return { name, local, path };
}

async function askLocal(asker: Asker, { cwd, home, target }: Around): Promise<string> {
  for (;;) {
    const typed = await asker.text({
      message: 'Which directory of this computer is to be kept in sync?',
      initial: proposed(cwd, home),
      check: (text) => (text.trim() === '' ? 'this is needed' : undefined),
    });
    const local = tidyLocal(typed, cwd, home);
    const place = absolutePath(local, dirname(target.file), home);
    if (isDirectory(place)) return local;
    if (await asker.confirm(`There is no directory ${place}. Make it?`)) {
      mkdirSync(place, { recursive: true });
      return local;
    }
  }
}

/** Where the person is, unless that is all of their home. */
function proposed(cwd: string, home: string): string | undefined {
  if (!isWithin(home, cwd)) return tidyLocal(cwd, cwd, home);
  return isDirectory(join(home, 'Documents')) ? '~/Documents' : undefined;
}

export function isDirectory(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
}

export function folderNames({ known }: Target): readonly string[] {
  return known?.folders.map(({ name }) => name) ?? [];
}
