/** What kind of file system the store is, for people and for the doctor. Looks at what was found when it was opened, at nothing else. */
import type { AboutStore } from '../../src/plugin-api.ts';
import type { Root } from './root.ts';

/** Another file system, or another share at the same place, is another store. */
export function aboutOf(
  { type, source, nature, mountPoint, path }: Root,
  { provesUploads }: { readonly provesUploads: boolean },
): AboutStore {
  const whole = [
    type ?? 'unknown file system',
    ...(source === undefined ? [] : [withoutLogin(source)]),
  ];
  const stored = {
    'at-once': 'when it is closed',
    'when-asked-next': provesUploads ? 'proved by a rename that asks the server' : 'not proved',
    unknown: 'not known',
  };
  return {
    identity: whole.join(' from '),
    facts: [
      {
        ...{ name: 'mounted at', value: mountPoint ?? 'not known' },
        drives: mountPoint === path ? 'requireMount' : 'nothing: the path is a directory below it',
      },
      {
        ...{ name: 'kind', value: nature.kind },
        drives: 'how renames, times and caches are treated (plugins/mount/nature.ts)',
      },
      {
        ...{ name: 'a write is on the store', value: stored[nature.stores] },
        drives: 'when an upload counts as done (plugins/mount/content.ts)',
      },
    ],
  };
}

/** An address may hold who logs in. */
function withoutLogin(source: string): string {
  return source.replace(/\/\/[^/@]*@/, '//');
}
