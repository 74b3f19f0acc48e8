/** Names as parts of a URL. Never changes a name: what cannot be encoded is refused. */
import { Finding } from './failures.ts';

export function encodeName(name: string): string {
  try {
    return encodeURIComponent(name);
  } catch {
    throw new Finding('invalid-name', 'the name is not valid Unicode, a URL cannot hold it');
  }
}

/** The path of a URL, or of what a server wrote as one, as names; undefined: not to be understood. */
export function namesOf(path: string): string[] | undefined {
  try {
    const names = path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
    return names.some((name) => /^\.{0,2}$|[/\0]/.test(name)) ? undefined : names;
  } catch {
    return undefined;
  }
}
