/**
 * Reads the answer to a PROPFIND (207 Multi-Status, RFC 4918) as data: resources and the properties they have. Tolerant
 * of prefixes and order, strict about what it cannot understand. Knows no paths: that is entries.ts.
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { Finding } from './failures.ts';

export interface Property {
  /** All text in it, without what surrounds it. */
  readonly text: string;
  /** Elements directly in it, in Clark notation. */
  readonly children: readonly string[];
}

export interface Resource {
  /** As the server wrote it. */
  readonly href: string;
  /** A status of the whole resource, where the server gave one instead of properties. */
  readonly status: number | undefined;
  /** A status other than 404 with which it refused properties; undefined: it did not. */
  readonly refused: number | undefined;
  /** Only those that the server has (their status is 200), in Clark notation. */
  readonly properties: ReadonlyMap<string, Property>;
}

/** The body of a PROPFIND that asks for these properties, in Clark notation. */
export function propfindBody(properties: readonly string[]): string {
  const asked = properties.map((property) => {
    const [, namespace = '', name = ''] = /^\{([^}]*)\}(.*)$/.exec(property) ?? [];
    return `<p:${name} xmlns:p="${namespace}"/>`;
  });
  return `<?xml version="1.0" encoding="utf-8"?><d:propfind xmlns:d="DAV:"><d:prop>${asked.join('')}</d:prop></d:propfind>`;
}

/** Throws a Finding `corrupt` for what is no whole multistatus. */
export function parseMultistatus(xml: string): Resource[] {
  const [root, ...more] = elementsOf(parse(xml), new Map());
  if (root?.name !== '{DAV:}multistatus' || more.length > 0) throw garbled('no multistatus');
  return childrenOf(root)
    .filter(({ name }) => name === '{DAV:}response')
    .map(resourceOf);
}

function resourceOf(response: Element): Resource {
  const parts = childrenOf(response);
  const properties = new Map<string, Property>();
  let refused: number | undefined;
  for (const propstat of parts.filter(({ name }) => name === '{DAV:}propstat')) {
    const inside = childrenOf(propstat);
    const status = statusOf(inside) ?? 200;
    if (status >= 400 && status !== 404) refused = status;
    if (status < 200 || status > 299) continue;
    for (const prop of inside.filter(({ name }) => name === '{DAV:}prop')) {
      for (const property of childrenOf(prop)) properties.set(property.name, propertyOf(property));
    }
  }
  const hrefs = parts.filter(({ name }) => name === '{DAV:}href');
  const [href] = hrefs;
  if (href === undefined) throw garbled('a resource without an address');
  return { href: textOf(href), status: statusOf(parts), refused, properties };
}

function propertyOf(element: Element): Property {
  return { text: textOf(element), children: childrenOf(element).map(({ name }) => name) };
}

function statusOf(elements: readonly Element[]): number | undefined {
  const line = elements.find(({ name }) => name === '{DAV:}status');
  if (line === undefined) return undefined;
  const code = /^HTTP\/\S+\s+(\d{3})\b/.exec(textOf(line))?.[1];
  if (code === undefined) throw garbled('a status that is none');
  return Number(code);
}

interface Element {
  /** In Clark notation. */
  readonly name: string;
  readonly inside: readonly Node[];
  /** Prefix → namespace, as it holds inside. */
  readonly scope: ReadonlyMap<string, string>;
}

/** What the parser gives for an element or a text, in order: one key is the name, `:@` the attributes. */
type Node = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  htmlEntities: true,
  processEntities: { enabled: true, maxExpandedLength: Number.POSITIVE_INFINITY },
  maxNestedTags: 40,
});

function parse(xml: string): readonly Node[] {
  // No entities of the server's making: a few lines of them could fill the memory.
  if (/<!DOCTYPE/i.test(xml)) throw garbled('a document type');
  try {
    // The parser takes elements without end. Its own check does; the new one is four packages more.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    if (XMLValidator.validate(xml) !== true) throw garbled('no XML');
    return (parser.parse(xml) as readonly Node[]).filter((node) => !('?xml' in node));
  } catch (cause) {
    throw cause instanceof Finding ? cause : garbled('no XML', cause);
  }
}

function elementsOf(nodes: readonly Node[], outer: ReadonlyMap<string, string>): Element[] {
  const elements: Element[] = [];
  for (const node of nodes) {
    const tag = Object.keys(node).find((key) => key !== ':@' && key !== '#text');
    if (tag === undefined) continue;
    const scope = scopeOf(node[':@'], outer);
    const at = tag.indexOf(':');
    const namespace = scope.get(at < 0 ? '' : tag.slice(0, at)) ?? '';
    elements.push({
      ...{ name: `{${namespace}}${tag.slice(at + 1)}`, scope },
      inside: node[tag] as readonly Node[],
    });
  }
  return elements;
}

function childrenOf({ inside, scope }: Element): Element[] {
  return elementsOf(inside, scope);
}

function scopeOf(
  attributes: unknown,
  outer: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const own = Object.entries((attributes ?? {}) as Readonly<Record<string, string>>).flatMap(
    ([name, value]): [string, string][] =>
      name === 'xmlns' ? [['', value]] : name.startsWith('xmlns:') ? [[name.slice(6), value]] : [],
  );
  return own.length === 0 ? outer : new Map([...outer, ...own]);
}

function textOf({ inside }: Element): string {
  return allText(inside).trim();
}

function allText(nodes: readonly Node[]): string {
  return nodes
    .map((node) =>
      Object.entries(node)
        .map(([key, value]) =>
          key === '#text' ? String(value) : key === ':@' ? '' : allText(value as readonly Node[]),
        )
        .join(''),
    )
    .join('');
}

function garbled(what: string, cause?: unknown): Finding {
  const facts = cause === undefined ? {} : { cause };
  return new Finding('corrupt', `the server's listing is not to be understood: ${what}`, facts);
}
