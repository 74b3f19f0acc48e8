/**
 * The FTP transport plugin: its definition, opening a store, and what the server told about itself as capabilities.
 * Operations are in operations.ts.
 */
import {
  CONTRACT,
  definePlugin,
  type Capabilities,
  type PluginContext,
  type Transport,
} from '../../src/plugin-api.ts';
import { aboutOf } from './about.ts';
import { Connection } from './connection.ts';
import type { PassiveMode } from './data.ts';
import { logIn, planLogin, type LoginPlan, type ServerFacts } from './login.ts';
import { transportOf } from './operations.ts';
import { charsets, ftpOptions, type FtpOptions } from './options.ts';
import { Pool } from './pool.ts';
import { isUnsupported } from './replies.ts';
import { longestName, Store, type OperationFacts, type TimeDialect } from './store.ts';

export default definePlugin<FtpOptions>({
  name: 'ftp',
  contract: CONTRACT,
  options: ftpOptions,
  secrets: ['password'],
  open,
});

async function open(options: FtpOptions, context: PluginContext): Promise<Transport> {
  const { signal } = context;
  const facts: OperationFacts = { operation: 'open', path: '', signal, reads: true };
  const timeout = options.timeout * 1000;
  const mode: PassiveMode = { command: undefined };
  let plan: LoginPlan | undefined;
  let known: ServerFacts | undefined;
  const pool = new Pool(options.connections, async (stop) => {
    plan ??= await planLogin(options, context.baseDirectory);
    const { control, facts: learnt } = await logIn(plan, stop, known);
    known = learnt;
    return new Connection(control, mode, timeout);
  });
  const draft = {
    pool,
    secrets: [options.password],
    log: context.log,
    setTime: 'none',
    charset: charsets[options.encoding],
    base: '',
  } as const;
  const nothing: ServerFacts = { features: new Map(), home: '/', system: '', greeting: '' };
  // Frames errors until there is something to know.
  const before = new Store({ ...draft, facts: nothing });
  try {
    return await before.run(facts, async (connection) => {
      const server = known ?? nothing;
      const base = baseOf(server.home, options.root);
      const { setTime, tells } = await learnTimes(connection, server, base);
      const store = new Store({ ...draft, facts: server, base, setTime });
      await connection.order(`CWD ${store.absolute('')}`);
      const capabilities = capabilitiesOf(store, options.connections, tells);
      const encrypts = options.tls !== 'off';
      return transportOf(store, capabilities, (stop, scratch) =>
        aboutOf({ store, mode, encrypts }, stop, scratch),
      );
    });
  } catch (error) {
    await pool.close();
    throw error;
  }
}

/** The root as an absolute path, without the slash at its end. */
function baseOf(home: string, root: string): string {
  const path = root.startsWith('/') ? root : `${home}/${root}`;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.map((part) => `/${part}`).join('');
}

interface TimeFacts {
  readonly setTime: TimeDialect;
  /** Times are told when a file is asked for by name. */
  readonly tells: boolean;
}

/** A name too long to exist: what a server says to it tells which commands it knows, and changes nothing. */
async function learnTimes(
  connection: Connection,
  { features }: ServerFacts,
  base: string,
): Promise<TimeFacts> {
  const told = features.has('MDTM') || features.has('MLST');
  if (features.has('MFMT')) return { setTime: 'MFMT', tells: told };
  const impossible = `${base}/${'n'.repeat(longestName + 45)}`;
  const mdtm = await connection.ask(`MDTM 20000101000000 ${impossible}`);
  // SERVER: those from before FEAT know MDTM all the same.
  const tells = told || !isUnsupported(mdtm);
  // SERVER: vsftpd, where mdtm_write allows it; otherwise it takes time and name together for a name.
  if (/could not set/i.test(mdtm.text)) return { setTime: 'MDTM', tells };
  const help = await connection.ask('SITE HELP');
  const knows = help.code < 300 && /\bUTIME\b/i.test(help.text);
  return { setTime: knows ? 'SITE UTIME' : 'none', tells };
}

function capabilitiesOf(store: Store, connections: number, tellsTimes: boolean): Capabilities {
  const { features, system } = store.parts.facts;
  const unix = /unix/i.test(system) && !/emulated|windows/i.test(system);
  return {
    parallel: connections,
    resume: features.has('REST'),
    renameOnto: {
      // SERVER: ProFTPD replaces or refuses as its AllowOverwrite says, which nothing but a try tells.
      file: 'unknown',
      // rename(2) refuses a directory with content. What is behind other systems is not known.
      directory: unix ? 'refuses' : 'unknown',
    },
    copy: false,
    modified: store.parts.setTime === 'none' ? (tellsTimes ? 'read' : 'none') : 'set',
    modifiedPrecision: 1000,
    etag: 'none',
    ids: /unique/i.test(features.get('MLST') ?? ''),
    caseSensitive: unix,
    unicode: 'as-given',
    nameBytes: longestName,
  };
}
