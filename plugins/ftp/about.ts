/**
 * What the server is, for people and for the doctor. The identity tells one server from another one; it holds nothing that changes
 * from one connection to the next. Everything else is found out in a directory of the doctor's, and changes nothing.
 */
import type { AboutStore, StoreFact } from '../../src/plugin-api.ts';
import type { Connection } from './connection.ts';
import type { PassiveMode } from './data.ts';
import { Refusal } from './failures.ts';
import type { ServerFacts } from './login.ts';
import { charsets } from './options.ts';
import type { Reply } from './replies.ts';
import type { Store } from './store.ts';

interface Known {
  readonly store: Store;
  readonly mode: PassiveMode;
  readonly encrypts: boolean;
}

export async function aboutOf(
  known: Known,
  signal: AbortSignal,
  scratch?: string,
): Promise<AboutStore> {
  const { store } = known;
  const call = { operation: 'about', path: scratch ?? '', signal, reads: true };
  const tried =
    scratch === undefined
      ? []
      : await store.run(call, (connection) => tryThere(store, connection, scratch));
  return { identity: identityOf(store.parts.facts), facts: [...learnt(known), ...tried] };
}

/** Greeting, system and features. Names of hosts, addresses and times differ behind one door, and count for nothing. */
export function identityOf({ greeting, system, features }: ServerFacts): string {
  const first = greeting.split('\n').find((line) => /\p{L}/u.test(line.replace(/^220/, ''))) ?? '';
  const product = first
    .replace(/^220[ -]/, '')
    .replace(/\[[0-9a-f:.]*\]|\b\d{1,3}(\.\d{1,3}){3}\b/gi, ' ')
    .replace(/\b[\w-]+(\.[\w-]+)*\.[a-z]{2,}\b/gi, ' ')
    .replace(/\b\d{1,2}:\d{2}(:\d{2})?\b/g, ' ')
    .replace(/-{3,}/g, ' ');
  const parts = [product, system.replace(/^215 /, ''), [...features.keys()].sort().join(' ')];
  return parts.map((part) => part.replace(/\s+/g, ' ').trim()).join('; ');
}

function learnt({ store, mode, encrypts }: Known): StoreFact[] {
  const sessions = { true: 'resumed', false: 'not resumed', undefined: 'not seen yet' };
  return [
    {
      ...{ name: 'listing', value: store.lister },
      drives: 'how directories are read (plugins/ftp/list.ts)',
    },
    {
      ...{ name: 'setting times', value: store.parts.setTime },
      drives: 'the command for times, or none (plugins/ftp/times.ts)',
    },
    {
      ...{ name: 'letters of names', value: letters(store) },
      drives: 'bytes of names, and what cannot be sent (plugins/ftp/charset.ts)',
    },
    {
      ...{ name: 'data connections', value: mode.command ?? 'not seen yet' },
      drives: 'EPSV, else PASV (plugins/ftp/data.ts)',
    },
    {
      name: 'TLS sessions of data connections',
      value: encrypts ? sessions[`${mode.resumes}`] : 'not encrypted',
      drives: 'reported only: one is always offered',
    },
  ];
}

/** By the settings; whether the server agrees shows in the questions about names. */
function letters({ parts }: Store): string {
  const used = parts.charset === charsets.latin1 ? 'Latin-1' : 'UTF-8';
  return parts.facts.features.has('UTF8') ? `${used}; the server knows UTF-8` : used;
}

async function tryThere(
  store: Store,
  connection: Connection,
  scratch: string,
): Promise<StoreFact[]> {
  const place = store.absolute(scratch);
  const words = ({ code, text }: Reply): string =>
    `${code} ${text.replace(/^\d{3}[ -]/, '')}`.split('\n')[0]?.replaceAll(place, '…') ?? '';
  const status = await connection.ask(`STAT ${place}`);
  const made = await connection.ask(`MKD ${place}`);
  const inner = status.text.includes('inner') ? 'lists it' : 'does not list it';
  return [
    {
      ...{ name: 'MKD of what is there', value: words(made) },
      drives: 'after a refusal it is looked at (plugins/ftp/change.ts)',
    },
    {
      ...{ name: 'STAT of a directory', value: status.code < 300 ? inner : words(status) },
      drives: 'reported only: listings take data connections',
    },
    {
      ...{ name: 'recursive listing', value: await recursive(connection, place) },
      drives: 'reported only: each directory is listed by itself',
    },
  ];
}

async function recursive(connection: Connection, place: string): Promise<string> {
  const entered = await connection.ask(`CWD ${place}`);
  if (entered.code >= 300) return 'not asked';
  try {
    const { bytes } = await connection.listing('LIST -aR');
    return /\bfile\b/.test(Buffer.from(bytes).toString('latin1')) ? 'LIST -aR works' : 'none';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return 'refused';
  }
}
