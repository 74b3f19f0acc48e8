/**
 * davfs2 on a share of a real WebDAV server. It reads its settings from /etc/davfs2 only, changes to a user of its own and
 * keeps its list of mounts in /run: so it is started in a name space of mounts where these are the test's.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DavServer } from './apache.ts';
import { findFuse, libraryPath, makeMount, type FuseMount } from './fuse.ts';
import { account } from './harness.ts';

export interface DavfsMount extends FuseMount {
  /** A home directory whose settings of davfs2 are those of the mount. */
  readonly home: string;
}

/** `delayUpload`: seconds after which a closed file is uploaded; davfs2's own default is 10. */
export async function makeDavfs(
  server: DavServer,
  { delayUpload = 0 }: { readonly delayUpload?: number } = {},
): Promise<DavfsMount> {
  const { home: program } = findFuse('davfs2');
  let home = '';
  const mount = await makeMount('davfs', async (place) => {
    home = join(place, 'home');
    const [cache, settings] = [join(place, 'cache'), join(place, 'settings')];
    for (const directory of [cache, settings, join(place, 'run'), join(home, '.davfs2')]) {
      await mkdir(directory, { recursive: true });
    }
    const lines = [
      `dav_user ${account.user}`,
      `dav_group ${account.group}`,
      `cache_dir ${cache}`,
      'ask_auth 0',
      'use_locks 0',
      'use_proxy 0',
      'file_refresh 0',
      // SERVER: with its 16 KB, newer kernels get "Invalid argument" for every listing.
      'buf_size 256',
      `delay_upload ${String(delayUpload)}`,
    ];
    const text = `${lines.join('\n')}\n`;
    await writeFile(join(settings, 'davfs2.conf'), text);
    await writeFile(join(home, '.davfs2', 'davfs2.conf'), text);
    const secret = `${server.url} ${server.user} ${server.password}\n`;
    await writeFile(join(settings, 'secrets'), secret, { mode: 0o600 });
    return { mount: mountScript(program, server.url), unmount: UNMOUNT };
  });
  return { ...mount, home };
}

function mountScript(program: string, url: string): string {
  return `
chown ${account.user} "$place/cache"
export place mnt
exec unshare --mount --propagation unchanged sh -eu -c '
  mkdir -p "$place/etc" && mount -t tmpfs ownsync-test "$place/etc"
  for file in passwd group nsswitch.conf hosts ld.so.cache; do cp "/etc/$file" "$place/etc/" 2>/dev/null || true; done
  ln -s /proc/self/mounts "$place/etc/mtab"
  mkdir "$place/etc/davfs2" && mount --bind "$place/settings" "$place/etc/davfs2"
  mount --rbind "$place/etc" /etc
  mount -t tmpfs ownsync-test /run
  mkdir /run/mount.davfs && mount --bind "$place/run" /run/mount.davfs
  chgrp ${account.group} /run/mount.davfs && chmod 1775 /run/mount.davfs
  LD_LIBRARY_PATH='${libraryPath(program)}' exec '${program}/usr/sbin/mount.davfs' '${url}' "$mnt" -o uid=0,gid=0
'
`;
}

/** As umount.davfs does: not done before the daemon has uploaded everything and ended. */
const UNMOUNT = `
pid=$(cat "$place"/run/*.pid 2>/dev/null || true)
umount "$mnt"
tries=0
while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && [ $tries -lt 300 ]; do
  sleep 0.1
  tries=$((tries + 1))
done
`;
