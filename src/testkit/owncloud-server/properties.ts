/**
 * PROPFIND: which properties were asked for, and how ownCloud tells them: each by name with 200, those it lacks with 404,
 * hrefs with lower-case escapes. Reads the tree, never changes it.
 */
import { escaped, longId } from './answers.ts';
import type { Node, Path, Tree } from './tree.ts';

const dav = 'DAV:';
const own = 'http://owncloud.org/ns';

/** Without a body: only these. */
const usual = [
  ...['getlastmodified', 'resourcetype', 'getetag', 'getcontentlength', 'getcontenttype'],
  ...['quota-used-bytes', 'quota-available-bytes'],
].map((name) => `{${dav}}${name}`);

/** In Clark notation. A prefix may be declared at the top, or anew at each element. */
export function askedProperties(body: string): readonly string[] {
  const inside = /<(?:[\w.-]+:)?prop(?:\s[^>]*)?>([\s\S]*)<\/(?:[\w.-]+:)?prop>/.exec(body)?.[1];
  if (inside === undefined) return usual;
  const declared = spacesIn(body);
  return [...inside.matchAll(/<(?:([\w.-]+):)?([\w.-]+)([^>]*)>/g)].map(
    ([, prefix = '', name = '', rest = '']) => {
      const uri = spacesIn(rest).get(prefix) ?? declared.get(prefix) ?? '';
      return `{${uri}}${name}`;
    },
  );
}

function spacesIn(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/xmlns(?::([\w.-]+))?=["']([^"']*)["']/g);
  return new Map([...found].map(([, prefix = '', uri = '']) => [prefix, uri]));
}

export interface Shown {
  readonly href: string;
  readonly path: Path;
  readonly node: Node;
}

export function multistatus(
  shown: readonly Shown[],
  asked: readonly string[],
  { tree, minimal, quota }: { tree: Tree; minimal: boolean; quota: number | undefined },
): string {
  const responses = shown.map(({ href, node }) => {
    const told = propertiesOf(node, tree, quota);
    const there = asked.filter((name) => told.has(name));
    const missing = asked.filter((name) => !told.has(name));
    const blocks = [
      block(
        there.map((name) => element(name, told.get(name))),
        '200 OK',
      ),
      ...(minimal || missing.length === 0 || asked === usual
        ? []
        : [
            block(
              missing.map((name) => element(name, undefined)),
              '404 Not Found',
            ),
          ]),
    ];
    return `<d:response><d:href>${href}</d:href>${blocks.join('')}</d:response>`;
  });
  return (
    '<?xml version="1.0"?>\n' +
    `<d:multistatus xmlns:d="${dav}" xmlns:s="http://sabredav.org/ns" xmlns:oc="${own}">` +
    `${responses.join('')}</d:multistatus>`
  );
}

/** As sabre writes them: lower-case escapes, and more signs than usual unescaped. */
export function hrefOf(base: string, path: Path, isFolder: boolean): string {
  const encoded = path.map((name) =>
    [...Buffer.from(name)]
      .map((byte) => {
        const sign = String.fromCharCode(byte);
        return /[A-Za-z0-9_.~:()@-]/.test(sign) ? sign : `%${byte.toString(16).padStart(2, '0')}`;
      })
      .join(''),
  );
  const joined = [base, ...encoded].join('/');
  return isFolder ? `${joined}/` : joined;
}

function block(elements: readonly string[], status: string): string {
  return (
    `<d:propstat><d:prop>${elements.join('')}</d:prop>` +
    `<d:status>HTTP/1.1 ${status}</d:status></d:propstat>`
  );
}

function element(name: string, value: string | undefined): string {
  const [, uri = '', local = ''] = /^\{(.*)\}(.*)$/.exec(name) ?? [];
  const prefix = uri === dav ? 'd' : uri === own ? 'oc' : 'x1';
  const declared = prefix === 'x1' ? ` xmlns:x1="${escaped(uri)}"` : '';
  const tag = `${prefix}:${local}`;
  return value === undefined || value === ''
    ? `<${tag}${declared}/>`
    : `<${tag}${declared}>${value}</${tag}>`;
}

function propertiesOf(
  node: Node,
  tree: Tree,
  quota: number | undefined,
): ReadonlyMap<string, string> {
  const size = String(tree.sizeOf(node));
  const common: [string, string][] = [
    [`{${dav}}getetag`, `&quot;${node.etag}&quot;`],
    // SERVER: a time of 0 is not told at all.
    ...(node.mtime === 0
      ? []
      : [
          [`{${dav}}getlastmodified`, new Date(node.mtime * 1000).toUTCString()] as [
            string,
            string,
          ],
        ]),
    [`{${own}}id`, longId(node)],
    [`{${own}}fileid`, String(node.id).padStart(8, '0')],
    [`{${own}}size`, size],
    [`{${own}}owner-id`, 'test'],
    [`{${own}}data-fingerprint`, ''],
    [`{${own}}favorite`, '0'],
  ];
  return new Map([...common, ...(node.kind === 'file' ? fileOnly(node) : folderOnly())]);

  function fileOnly(file: Extract<Node, { kind: 'file' }>): [string, string][] {
    const sums = file.checksums === '' ? '' : `<oc:checksum>${file.checksums}</oc:checksum>`;
    return [
      [`{${dav}}resourcetype`, ''],
      [`{${dav}}getcontentlength`, size],
      [`{${dav}}getcontenttype`, 'application/octet-stream'],
      [`{${own}}permissions`, 'RDNVW'],
      ...(sums === '' ? [] : [[`{${own}}checksums`, sums] as [string, string]]),
    ];
  }

  function folderOnly(): [string, string][] {
    const free = quota === undefined ? -3 : Math.max(0, quota - tree.sizeOf(tree.root));
    return [
      [`{${dav}}resourcetype`, '<d:collection/>'],
      [`{${own}}permissions`, 'RDNVCK'],
      [`{${dav}}quota-used-bytes`, size],
      [`{${dav}}quota-available-bytes`, String(free)],
    ];
  }
}
