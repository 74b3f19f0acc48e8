/** A plan: the steps of all paths, grouped by what carries them out. */
import type { Step } from '../model/facts.ts';

export type Of<Do extends Step['do']> = Extract<Step, { do: Do }> & { readonly path: string };

export interface Plan {
  readonly uploads: Of<'upload'>[];
  readonly deletesOnStore: Of<'delete-on-store'>[];
  readonly downloads: Of<'download'>[];
  readonly besides: Of<'fetch-beside'>[];
  readonly stepAsides: Of<'step-aside'>[];
  readonly deletesHere: Of<'delete-here'>[];
  readonly metadata: Of<'set-metadata'>[];
  /** On the store: new path → old path; both halves are still in uploads and deletesOnStore. */
  readonly movesOnStore: ReadonlyMap<string, string>;
  /** Here: new path → old path; both halves are still in downloads and deletesHere. */
  readonly movesHere: ReadonlyMap<string, string>;
  /** Changes recorded without touching anything. */
  readonly recorded: number;
}
