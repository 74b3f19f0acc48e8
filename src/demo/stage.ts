/**
 * Where the demo plays: a temporary directory with an FTP server on loopback and two computers' folders, configurations
 * and states. Removes all of it at the end; never shows the password.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFtpServer } from '../testkit/ftp-server/index.ts';

export interface Computer {
  readonly name: string;
  /** Its local folder. */
  readonly folder: string;
  readonly config: string;
}

export interface Stage {
  readonly root: string;
  readonly computers: readonly [Computer, Computer];
  /** The directory that the server serves, at the folder's place. */
  readonly store: string;
  readonly port: number;
  readonly password: string;
  close(): Promise<void>;
}

export const USER = 'demo';

export async function setStage(): Promise<Stage> {
  const root = await mkdtemp(join(tmpdir(), 'ownsync-demo-'));
  const remove = () => rm(root, { recursive: true, force: true });
  try {
    const served = join(root, 'server');
    await mkdir(served);
    const password = randomBytes(12).toString('hex');
    const server = await startFtpServer({ root: served, user: USER, password });
    const access = { port: server.port, password };
    return {
      root,
      computers: [
        await addComputer(root, 'laptop', access),
        await addComputer(root, 'desk', access),
      ],
      store: join(served, 'documents'),
      ...access,
      close: async () => {
        await server.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

interface Access {
  readonly port: number;
  readonly password: string;
}

async function addComputer(
  root: string,
  name: string,
  { port, password }: Access,
): Promise<Computer> {
  const home = join(root, name);
  const folder = join(home, 'Documents');
  await mkdir(folder, { recursive: true });
  const config = join(home, 'config.yaml');
  const text = [
    `client: ${name}`,
    'state: ./state',
    'stores:',
    '  server:',
    '    plugin: ftp',
    '    host: 127.0.0.1',
    `    port: ${port}`,
    `    user: ${USER}`,
    `    password: "${password}"`,
    '    tls: off   # the server is on this computer',
    'folders:',
    '  - name: documents',
    '    local: ./Documents',
    '    store: server',
    '    path: /documents',
    '    settle: 0s',
    '',
  ];
  await writeFile(config, text.join('\n'), { mode: 0o600 });
  return { name, folder, config };
}
