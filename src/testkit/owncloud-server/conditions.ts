/**
 * Preconditions as sabre tests them: `If-Match` of the file that the URL names (of a MOVE: the source), `If-None-Match: *`,
 * and `If: <destination> (["etag"])` for another one. ETags are compared as text, quotes included; folders have none here.
 */
import type { Call } from './account.ts';
import { refuse } from './answers.ts';
import type { Path } from './tree.ts';

export function checkConditions({ account, path, header, pathOf }: Call): void {
  const etagAt = (at: Path): string | undefined => {
    const node = account.tree.find(at);
    return node?.kind === 'file' ? `"${node.etag}"` : undefined;
  };
  const match = header('if-match');
  const node = account.tree.find(path);
  if (match !== undefined) {
    const wanted = match.split(',').map((etag) => etag.trim());
    const fits = match === '*' ? node !== undefined : wanted.includes(etagAt(path) ?? '');
    if (!fits) throw refuse.precondition('If-Match');
  }
  if (header('if-none-match') === '*' && node !== undefined)
    throw refuse.precondition('If-None-Match');
  const tagged = /^<([^>]*)>\s*\(\[("[^"]*")\]\)$/.exec(header('if') ?? '');
  if (tagged !== null) {
    const at = pathOf(tagged[1] ?? '');
    if (at === undefined || etagAt(at) !== tagged[2]) throw refuse.precondition('If-Match');
  }
}
