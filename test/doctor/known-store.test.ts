/**
 * What was measured of a store holds while the server is the one that was measured: an FTP server that comes back as
 * another one, and a directory that something else is mounted over.
 */
import { setMaxListeners } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import ftp from '../../plugins/ftp/index.ts';
import { aboutOf as aboutMount } from '../../plugins/mount/about.ts';
import mount from '../../plugins/mount/index.ts';
import { native } from '../../plugins/mount/nature.ts';
import type { Transport } from '../../src/core/ports/transport.ts';
import { asKnown } from '../../src/doctor/known-store.ts';
import { openStoreProfiles } from '../../src/host/store-profiles.ts';
import { systemClock, systemRandom } from '../../src/host/world.ts';
import { startFtpServer } from '../../src/testkit/ftp-server/index.ts';
import type { FtpServer } from '../../src/testkit/ftp-server/index.ts';
import { withDeadline } from '../../src/transport/layers/deadline.ts';
import type { StoreProfile } from '../../src/transport/profile.ts';

const { signal } = new AbortController();
// No layer gives each operation a signal of its own here.
setMaxListeners(0, signal);

describe('a store that was measured before', function () {
  this.timeout(60_000);
  let root = '';
  let opened: Transport[] = [];
  let servers: FtpServer[] = [];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ownsync-test-'));
    mkdirSync(join(root, 'served'));
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((transport) => transport.close()));
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    [opened, servers] = [[], []];
    rmSync(root, { recursive: true });
  });

  const context = () => ({ signal, baseDirectory: root, log: () => undefined });
  const profileOf = (identity: string): StoreProfile => ({
    ...{ profile: 1, identity, at: 0, quick: false, measured: { nameBytes: 99 } },
  });

  async function known(
    open: () => Promise<Transport>,
    identity: string,
    mayWrite = true,
  ): Promise<{ transport: Transport; saved: StoreProfile | undefined }> {
    const profiles = openStoreProfiles(join(root, 'state'));
    profiles.save('s', profileOf(identity));
    const connect = async (): Promise<Transport> => {
      const transport = withDeadline(await open());
      opened.push(transport);
      return transport;
    };
    const transport = await asKnown(await connect(), {
      ...{ name: 's', profiles, connect, mayWrite, signal, log: () => undefined },
      ...{ clock: systemClock, random: systemRandom },
    });
    return { transport, saved: profiles.load('s') };
  }

  const login = { user: 'u', password: 'pw' };
  async function serve(quirks = {}): Promise<FtpServer> {
    const server = await startFtpServer({ root: join(root, 'served'), ...login, quirks });
    servers.push(server);
    return server;
  }
  const openFtp = (server: FtpServer) => () =>
    ftp.open(
      ftp.options.parse({ host: '127.0.0.1', port: server.port, ...login, tls: 'off' }),
      context(),
    );

  it('FTP: is used as measured while the server is the same, and measured again when it is another', async () => {
    const first = await serve();
    const transport = await openFtp(first)();
    opened.push(transport);
    const was = (await transport.about?.(signal))?.identity ?? '';
    expect(was).to.match(/^ownsync test server; UNIX.* MLST/);
    const same = await known(openFtp(first), was);
    expect(same.transport.capabilities.nameBytes).to.equal(99);
    expect(same.saved?.quick).to.equal(false);
    const second = await serve({ mlsd: false });
    const unwritten = await known(openFtp(second), was, false);
    expect(unwritten.transport.capabilities.nameBytes).to.not.equal(99);
    expect(unwritten.saved?.identity).to.equal(was);
    const other = await known(openFtp(second), was);
    expect(other.transport.capabilities.nameBytes).to.not.equal(99);
    expect(other.saved).to.include({ quick: true });
    expect(other.saved?.identity)
      .to.match(/^ownsync test server; /)
      .and.not.contain('MLST');
  });

  it('a directory: the same file system is the same store, another one is not', async () => {
    const open = () => mount.open(mount.options.parse({ path: join(root, 'served') }), context());
    const transport = await open();
    opened.push(transport);
    const is = (await transport.about?.(signal))?.identity ?? '';
    expect(is).to.match(/^[a-z0-9.]+ from \S/);
    expect((await known(open, is)).transport.capabilities.nameBytes).to.equal(99);
    const other = await known(open, 'nfs4 from nas:/export');
    expect(other.transport.capabilities.nameBytes).to.equal(255);
    expect(other.saved?.identity).to.equal(is);
  });

  it('a mounted share tells its address, and not who logs in', () => {
    const about = aboutMount(
      {
        ...{ path: '/m', type: 'fuse.sshfs', source: 'https://alice:pw@nas.example/dav' },
        ...{ nature: native, mountPoint: '/m', device: 1n, check: () => Promise.resolve() },
      },
      { provesUploads: false },
    );
    expect(about.identity).to.equal('fuse.sshfs from https://nas.example/dav');
  });
});
