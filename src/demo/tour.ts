/**
 * What happens in the demo, as data: who does what, told in words. Touches only the computers' folders.
 */
import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface Scene {
  readonly title: string;
  /** Work on the two local folders. */
  readonly act: (folders: { readonly laptop: string; readonly desk: string }) => Promise<void>;
  /** Who syncs, in this order. */
  readonly syncs: readonly ('laptop' | 'desk')[];
}

async function put(folder: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

export const SCENES: readonly Scene[] = [
  {
    title: 'The laptop has some files; the desk computer joins with an empty folder.',
    act: async ({ laptop }) => {
      await put(laptop, 'notes.txt', 'buy milk\n');
      await put(laptop, 'plan.md', 'first draft of the plan\n');
      await put(laptop, 'photos/cat.txt', 'picture of a cat\n');
      await put(laptop, 'photos/sea.txt', 'picture of the sea\n');
    },
    syncs: ['laptop', 'desk'],
  },
  {
    title: 'New and edited: the desk computer writes letter.txt and goes on with notes.txt.',
    act: async ({ desk }) => {
      await put(desk, 'letter.txt', 'Dear Alice,\n');
      await appendFile(join(desk, 'notes.txt'), 'buy bread\n');
    },
    syncs: ['desk', 'laptop'],
  },
  {
    title: 'Moved: the laptop renames the directory photos to pictures/2026.',
    act: async ({ laptop }) => {
      await mkdir(join(laptop, 'pictures'));
      await rename(join(laptop, 'photos'), join(laptop, 'pictures/2026'));
    },
    syncs: ['laptop', 'desk'],
  },
  {
    title: 'Deleted: the desk computer deletes plan.md.',
    act: ({ desk }) => rm(join(desk, 'plan.md')),
    syncs: ['desk', 'laptop'],
  },
  {
    title:
      'Conflict: both write into letter.txt before they sync. Both versions are kept, on both.',
    act: async ({ laptop, desk }) => {
      await appendFile(join(laptop, 'letter.txt'), 'greetings from the laptop\n');
      await appendFile(join(desk, 'letter.txt'), 'greetings from the desk\n');
    },
    syncs: ['laptop', 'desk', 'laptop'],
  },
];
