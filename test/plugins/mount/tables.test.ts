/**
 * The plain functions of the mount plugin: mount table, error table, capabilities by file system.
 */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { capabilitiesOf } from '../../../plugins/mount/capabilities.ts';
import { settingFor } from '../../../plugins/mount/davfs.ts';
import { asTransportError } from '../../../plugins/mount/errors.ts';
import mount from '../../../plugins/mount/index.ts';
import {
  mountAt,
  mountOf,
  parseFstab,
  parseMountTable,
} from '../../../plugins/mount/mount-table.ts';
import { natureOf } from '../../../plugins/mount/nature.ts';
import { belongsMounted } from '../../../plugins/mount/root.ts';
import type { TargetRule, TransportErrorKind } from '../../../src/plugin-api.ts';
import { temporary } from './support.ts';

const table = parseMountTable(
  [
    '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
    '30 22 0:40 / /mnt/own\\040cloud rw,nosuid shared:3 master:1 - fuse.davfs /dav rw,uid=1000',
    '31 22 0:41 / /mnt/auto rw - autofs systemd-1 rw',
    '32 22 0:42 / /mnt/nfs rw - autofs systemd-1 rw',
    '33 32 0:43 / /mnt/nfs rw - nfs4 host:/export rw',
    '34 22 0:44 / /mnt/back\\134slash rw - tmpfs tmpfs rw',
    'a line that is not understood',
    '',
  ].join('\n'),
);

describe('mount: the mount table', () => {
  it('finds what is mounted at a path, with blanks and backslashes in it', () => {
    expect(mountAt(table, '/mnt/own cloud')?.type).to.equal('fuse.davfs');
    expect(mountAt(table, '/mnt/back\\slash')?.type).to.equal('tmpfs');
    expect(mountAt(table, '/')?.type).to.equal('ext4');
  });

  it('a directory below a mount, above one, or beside it is no mount point', () => {
    for (const path of ['/mnt/nfs/below', '/mnt', '/mnt/nf', '/mnt/nfs2']) {
      expect(mountAt(table, path), path).to.equal(undefined);
    }
  });

  it('the last one counts, and waiting for autofs is not mounted', () => {
    expect(mountAt(table, '/mnt/nfs')?.type).to.equal('nfs4');
    expect(mountAt(table, '/mnt/auto')).to.equal(undefined);
  });

  it('finds the mount that holds a path', () => {
    expect(mountOf(table, '/mnt/nfs/a/b')?.type).to.equal('nfs4');
    expect(mountOf(table, '/mnt/nfs')?.type).to.equal('nfs4');
    expect(mountOf(table, '/mnt/nfs2')?.type).to.equal('ext4');
    expect(mountOf([], '/')).to.equal(undefined);
  });
});

describe('mount: error kinds', () => {
  const rows: [string, TransportErrorKind][] = [
    ['ENOENT', 'not-found'],
    ['EEXIST', 'exists'],
    ['ENOTEMPTY', 'not-empty'],
    ['EACCES', 'denied'],
    ['EROFS', 'denied'],
    ['ENOSPC', 'no-space'],
    ['EDQUOT', 'no-space'],
    ['ENAMETOOLONG', 'invalid-name'],
    ['EIO', 'unreachable'],
    ['ENOTCONN', 'unreachable'],
    ['ESTALE', 'unreachable'],
    ['EMFILE', 'busy'],
    ['EXDEV', 'unsupported'],
    ['ESOMETHING', 'unknown'],
  ];
  for (const [code, kind] of rows) {
    it(`${code} is ${kind}`, () => {
      const cause = Object.assign(new Error('from the system'), { code });
      const error = asTransportError(cause, { operation: 'write', path: 'a/b' });
      expect(error.kind).to.equal(kind);
      expect(error.message).to.contain('write a/b').and.to.contain(code);
      expect(error.cause).to.equal(cause);
    });
  }

  it('an error that is none of the system stays unknown', () => {
    const error = asTransportError(new TypeError('a mistake'), { operation: 'look', path: 'a' });
    expect(error.kind).to.equal('unknown');
    expect(error.message).to.contain('a mistake');
  });
});

describe('mount: capabilities by file system', () => {
  const of = (type: string | undefined, source = 'source', rule?: TargetRule) =>
    capabilitiesOf(
      {
        ...{ path: tmpdir(), type, device: 1n, mountPoint: '/mnt' },
        nature: natureOf(type === undefined ? undefined : { type, source }),
        check: () => Promise.resolve(),
      },
      rule,
    );

  it('a native file system refuses to rename onto a directory with content', async () => {
    for (const type of ['ext4', 'xfs', 'tmpfs', 'fuseblk', undefined]) {
      const { renameOnto } = await of(type);
      expect(renameOnto, type).to.deep.equal({ file: 'replaces', directory: 'refuses' });
    }
  });

  it('of one on another computer it is not known', async () => {
    for (const type of ['nfs', 'nfs4', 'cifs', 'smb3', '9p']) {
      const { renameOnto } = await of(type);
      expect(renameOnto, type).to.deep.equal({ file: 'replaces', directory: 'unknown' });
    }
  });

  it('one that may write back later or rename by copying promises nothing', async () => {
    for (const [type, source] of [
      ['fuse', 'something'],
      ['fuse.rclone', 'remote:'],
      ['fuse', 'https://dav.example.org/'],
    ] as const) {
      for (const rule of ['refuses', 'replaces', 'unknown'] as const) {
        const { renameOnto, ids } = await of(type, source, rule);
        expect(renameOnto, type).to.deep.equal({ file: 'unknown', directory: 'unknown' });
        expect(ids, type).to.equal(false);
      }
    }
  });

  it('sshfs refuses to rename onto a directory with content, if it did when it was tried', async () => {
    for (const [rule, wanted] of [
      ['refuses', 'refuses'],
      ['replaces', 'unknown'],
      ['unknown', 'unknown'],
    ] as const) {
      const { renameOnto, modified } = await of('fuse.sshfs', 'host:/', rule);
      expect(renameOnto, rule).to.deep.equal({ file: 'unknown', directory: wanted });
      expect(modified).to.equal('set');
    }
  });

  it('davfs2 is known by its type, or by the address that it mounts', async () => {
    for (const [type, source] of [
      ['fuse.davfs', '/dav'],
      ['fuse', 'http://127.0.0.1/dav/'],
    ] as const) {
      const claims = await of(type, source);
      expect(claims).to.include({ modified: 'read', resume: false, nameBytes: 244 });
    }
    expect((await of('ext4', 'https://odd')).modified).to.equal('set');
  });

  it('FAT keeps every other second, no ids and no case', async () => {
    const claims = await of('vfat');
    expect(claims.modifiedPrecision).to.equal(2000);
    expect(claims.ids).to.equal(false);
    expect(claims.caseSensitive).to.equal(false);
  });
});

describe('mount: what davfs2 was told', () => {
  const text = [
    '# delay_upload 0',
    'delay_upload   10  # the default',
    '[/mnt/other]',
    'delay_upload 5',
    '[/mnt/own\\ cloud]',
    'delay_upload 0',
    '"[/mnt/quoted place]"',
    'delay_upload 1',
  ].join('\n');

  it('general settings, and those of one mount', () => {
    expect(settingFor(text, '/mnt/own cloud', 'delay_upload')).to.equal('0');
    expect(settingFor(text, '/mnt/other', 'delay_upload')).to.equal('5');
    expect(settingFor(text, '/mnt/quoted place', 'delay_upload')).to.equal('1');
    expect(settingFor(text, '/mnt/third', 'delay_upload')).to.equal('10');
    expect(settingFor('# delay_upload 0\n', '/mnt', 'delay_upload')).to.equal(undefined);
    expect(settingFor(text, '/mnt', 'use_locks')).to.equal(undefined);
  });
});

describe('mount: what belongs mounted', () => {
  it('is what fstab names, with blanks in it, and no swap', () => {
    const fstab = [
      '# /mnt/commented',
      'UUID=1 / ext4 defaults 0 1',
      'https://dav.example.org/\t/mnt/own\\040cloud davfs user,noauto 0 0',
      'UUID=2 none swap sw 0 0',
      '',
    ].join('\n');
    expect(parseFstab(fstab)).to.deep.equal(['/', '/mnt/own cloud']);
  });

  it('also when it is reached through a link, and nothing without that list', async () => {
    const place = await temporary();
    const [share, link, list] = ['share', 'link', 'fstab'].map((name) => join(place.path, name));
    await mkdir(share ?? '');
    await symlink(share ?? '', link ?? '');
    await writeFile(list ?? '', `host:/export ${share ?? ''} nfs defaults 0 0\n`);
    expect(await belongsMounted(link ?? '', list)).to.equal(true);
    expect(await belongsMounted(place.path, list)).to.equal(false);
    expect(await belongsMounted(share ?? '', join(place.path, 'no list'))).to.equal(false);
    await place.remove();
  });
});

describe('mount: options', () => {
  it('a path is needed, a mountCommand wants its unmountCommand, and nothing else is taken', () => {
    expect(mount.options.parse({ path: '/mnt' })).to.deep.equal({
      path: '/mnt',
      commandTimeout: 50,
    });
    for (const wrong of [
      {},
      { path: '' },
      { path: 3 },
      { path: '/mnt', requiremount: true },
      { path: '/mnt', mountCommand: 'mount /mnt' },
      { path: '/mnt', unmountCommand: 'umount /mnt' },
      { path: '/mnt', mountCommand: '', unmountCommand: '' },
      { path: '/mnt', commandTimeout: 0 },
    ]) {
      expect(mount.options.safeParse(wrong).success, JSON.stringify(wrong)).to.equal(false);
    }
  });

  it('set up where something is mounted, it has to be mounted from then on', async () => {
    const base = { baseDirectory: '/' };
    const options = (path: string) => mount.options.parse({ path });
    expect(await mount.suggest?.(options('.'), base)).to.deep.equal({ requireMount: true });
    expect(await mount.suggest?.(options(tmpdir()), base)).to.be.an('object');
    expect(await mount.suggest?.(options('/no/such/place'), base)).to.deep.equal({});
  });
});
