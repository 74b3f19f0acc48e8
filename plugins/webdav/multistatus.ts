/**
 * Reads the answer to a PROPFIND (207 Multi-Status, RFC 4918) as data: resources and the properties they have. Tolerant
 * of prefixes and order, strict about what it cannot understand. Knows no paths: that is entries.ts.
 */

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
  /** Only those that the server has (their status is 200), in Clark notation. */
  readonly properties: ReadonlyMap<string, Property>;
}
