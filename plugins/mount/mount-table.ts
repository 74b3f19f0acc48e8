/**
 * Reads Linux's table of mounts, and the one of what should be mounted. Plain text in, facts out; on other systems there is no such table, and the caller
 * falls back to comparing devices.
 */
export interface Mount {
  /** Absolute path of the mount point. */
  readonly point: string;
  /** Such as `ext4`, `nfs4`, `fuse.sshfs`. */
  readonly type: string;
  /** What is mounted there: a device, `host:/export`, an address. */
  readonly source: string;
}

/** Text of `/proc/self/mountinfo`, in the order of mounting. A line that is not understood is left out. */
export function parseMountTable(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const [before, after] = line.split(' - ');
    const point = before?.split(' ')[4];
    const [type, source = ''] = after?.split(' ') ?? [];
    if (point === undefined || type === undefined || type === '') continue;
    mounts.push({ point: unescape(point), type, source: unescape(source) });
  }
  return mounts;
}

/** Text of `/etc/fstab`: the places where something belongs. */
export function parseFstab(text: string): string[] {
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
  const points = lines.map((line) => line.trim().split(/\s+/)[1] ?? '');
  return points.filter((point) => point.startsWith('/')).map((point) => unescape(point));
}

/** What is mounted exactly there; the last one hides those before it. Waiting for autofs is not mounted. */
export function mountAt(mounts: readonly Mount[], path: string): Mount | undefined {
  const found = mounts.findLast((mount) => mount.point === path);
  return found?.type === 'autofs' ? undefined : found;
}

/** The mount that holds the path. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of mounts) {
    const inside = mount.point === '/' || `${path}/`.startsWith(`${mount.point}/`);
    if (inside && mount.point.length >= (best?.point.length ?? 0)) best = mount;
  }
  return best;
}

/** Space, tab, line feed and backslash are written as octal numbers. */
function unescape(point: string): string {
  return point.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
