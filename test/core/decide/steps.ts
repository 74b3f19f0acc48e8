/** Steps as short texts, so that tables read like sentences and failures say what happened. */
import { keyOf } from '../../../src/core/model/entry.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import type { Step } from '../../../src/core/model/facts.ts';

/** A file by its letter, a directory as `/`, a link as `link:target`. */
const named = (entry: Entry): string =>
  entry.kind === 'file' ? (entry.digest[0] ?? '') : keyOf(entry);

const over = (dots: readonly string[]) => (dots.length === 0 ? 'nothing' : dots.join(' '));

export function told(step: Step): string {
  switch (step.do) {
    case 'record':
      return `record ${step.entry === null ? 'deletion' : named(step.entry)} over ${over(step.replaces)}`;
    case 'hold':
      return `hold ${step.ancestor.key.slice(0, 1)} for ${over(step.ancestor.dots)}`;
    case 'upload':
      return `${step.repair ? 'repair' : 'upload'} ${named(step.entry)} over ${over(step.over)}`;
    case 'delete-on-store':
      return `delete-on-store over ${over(step.over)}`;
    case 'download':
      return `download ${named(step.version.entry)} for ${over(step.dots)}`;
    case 'fetch-beside':
      return `fetch-beside ${named(step.version.entry)} for ${over(step.dots)}`;
    case 'step-aside':
      return `step-aside ${named(step.entry)} over ${over(step.over)}`;
    case 'set-metadata':
      return `set-metadata ${named(step.entry)} for ${over(step.dots)}`;
    case 'forget':
    case 'delete-here':
      return step.do;
  }
}
