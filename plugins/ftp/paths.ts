/** Paths of the contract, as text. Knows nothing of servers. */

/** The directory of a path, `''` for the root, and its last part. */
export function split(path: string): { readonly parent: string; readonly name: string } {
  const slash = path.lastIndexOf('/');
  return slash < 0
    ? { parent: '', name: path }
    : { parent: path.slice(0, slash), name: path.slice(slash + 1) };
}
