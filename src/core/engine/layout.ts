/** Names of everything of ours on the store, relative to the folder's root. */

export const OWN = '.ownsync';

export const layout = {
  format: `${OWN}/format.json`,
  readme: `${OWN}/README.txt`,
  clients: `${OWN}/clients`,
  manifests: `${OWN}/manifests`,
  masters: `${OWN}/master`,
  uploads: `${OWN}/uploads`,
  staging: `${OWN}/staging`,
  locks: `${OWN}/locks`,
  placing: `${OWN}/locks/placing`,
  epochs: `${OWN}/epochs`,
  history: `${OWN}/history`,
  client: (client: string) => `${OWN}/clients/${client}.json`,
  upload: (client: string) => `${OWN}/uploads/${client}.json`,
  segment: (client: string, k: number) => `${OWN}/manifests/${client}.${String(k)}.jsonl.gz`,
  master: (name: string) => `${OWN}/master/${name}`,
  staged: (tx: string) => `${OWN}/staging/${tx}`,
  lock: (name: string) => `${OWN}/locks/${name}`,
} as const;

export const DIRECTORIES = [
  'clients',
  'manifests',
  'master',
  'uploads',
  'staging',
  'locks',
  'epochs',
  'history',
] as const;

const SEGMENT = /^([0-9a-z]{4,40})\.([1-9][0-9]{0,9})\.jsonl\.gz$/;
const MASTER = /^MASTER_FILE\.([0-9]{1,12})-([0-9a-z]{4,40})(-[0-9a-f]{1,16})?\.jsonl\.gz$/;

export function parseSegmentName(name: string): { client: string; k: number } | undefined {
  const match = SEGMENT.exec(name);
  return match === null ? undefined : { client: match[1] ?? '', k: Number(match[2]) };
}

export function parseMasterName(name: string): { sum: number; client: string } | undefined {
  const match = MASTER.exec(name);
  return match === null ? undefined : { sum: Number(match[1]), client: match[2] ?? '' };
}

export function masterName(sum: number, client: string, token: string): string {
  return `MASTER_FILE.${String(sum)}-${client}-${token}.jsonl.gz`;
}
