/** The webdav plugin keeps the transport contract on the scripted ownCloud: small files in one request, and all in parts. */
import webdav from '../../plugins/webdav/index.ts';
import {
  describeTransport,
  startOwncloudServer,
  type Bench,
  type OwncloudServerOptions,
} from '../../src/testkit/index.ts';

function setup(partSize: number, options: OwncloudServerOptions) {
  return async (): Promise<Bench> => {
    const server = await startOwncloudServer({ ...options, password: 'open sesame' });
    const { url, user, password, files } = server;
    const parsed = webdav.options.parse({ url, user, password, partSize });
    const { signal } = new AbortController();
    const open = () => webdav.open(parsed, { signal, baseDirectory: '/', log: () => undefined });
    return {
      transport: await open(),
      open,
      outside: {
        write: async (path, bytes) => {
          files.put(path, bytes);
        },
        read: async (path) => files.read(path) ?? new Uint8Array(0),
        names: async (path) => files.names(path),
        remove: async (path) => {
          files.remove(path);
        },
      },
      cleanup: () => server.stop(),
    };
  };
}

const secrets = ['open sesame', Buffer.from('test:open sesame').toString('base64')];

describeTransport('webdav on ownCloud', setup(10, {}), { secrets });
describeTransport(
  'webdav on ownCloud, large files in parts, as racy as a real one',
  setup(1, { racy: true }),
  // How many entries a listing may have does not depend on how files go up.
  { secrets, limits: { entries: 500 } },
);
