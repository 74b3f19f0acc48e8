/**
 * The plugin `mount`: a directory as store, usually a mounted share or disk. Opens it, mounted by the user's command if need
 * be, and says what it can do; the operations are in transport.ts. It never makes the directory: one that is missing is a
 * share that is not mounted.
 */
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { definePlugin, type PluginContext, type Transport } from '../../src/plugin-api.ts';
import { capabilitiesOf } from './capabilities.ts';
import { mount, type Unmount } from './commands.ts';
import { requireUploadAtOnce } from './davfs.ts';
import { measure } from './measure.ts';
import { mountOptions, type MountOptions } from './options.ts';
import { unlessCancelled } from './perform.ts';
import { belongsMounted, isMounted, openRoot } from './root.ts';
import { mountTransport } from './transport.ts';

export default definePlugin<MountOptions>({
  name: 'mount',
  contract: 1,
  options: mountOptions,
  secrets: [],
  open,
  /** What is mounted when a store is set up has to be mounted from then on. */
  async suggest({ path }, { baseDirectory }) {
    return (await isMounted(placeOf(path, baseDirectory))) ? { requireMount: true } : {};
  },
});

function placeOf(path: string, baseDirectory: string): string {
  return resolve(
    baseDirectory,
    path.replace(/^~(?=$|[/\\])/, () => homedir()),
  );
}

async function open(options: MountOptions, context: PluginContext): Promise<Transport> {
  const { signal } = context;
  const path = placeOf(options.path, context.baseDirectory);
  const unmount = await mountFirst(path, options, signal);
  try {
    return await unlessCancelled(signal, () => openMounted(path, options, { ...context, unmount }));
  } catch (error) {
    // ORDER: whatever failed, nothing stays mounted; and that it failed counts more than that.
    await unmount?.().catch((cause: unknown) => {
      context.log(cause instanceof Error ? cause.message : String(cause));
    });
    throw error;
  }
}

async function mountFirst(
  path: string,
  { mountCommand, unmountCommand, commandTimeout }: MountOptions,
  signal: AbortSignal,
): Promise<Unmount | undefined> {
  if (mountCommand === undefined || unmountCommand === undefined) return undefined;
  return mount({ path, mountCommand, unmountCommand, limit: commandTimeout * 1000 }, signal);
}

async function openMounted(
  path: string,
  options: MountOptions,
  { log, unmount, mayWrite = true }: PluginContext & { readonly unmount: Unmount | undefined },
): Promise<Transport> {
  const expected = options.mountCommand !== undefined || (await belongsMounted(path));
  const root = await openRoot(path, { requireMount: options.requireMount ?? expected });
  const { kind, stores } = root.nature;
  if (kind === 'davfs') {
    await requireUploadAtOnce(root.mountPoint ?? path, { operation: 'open', path: '' });
  }
  if (stores === 'unknown') {
    log(`it is not known when what is written at ${path} reaches its server (${root.type ?? ''})`);
  }
  const found = kind === 'native' || !mayWrite ? undefined : await measure(root.path);
  if (stores === 'when-asked-next' && found?.provesUploads === false) {
    log(`it cannot be verified that what is written at ${path} reaches its server`);
  }
  return mountTransport(root, await capabilitiesOf(root, found?.directoryRule), {
    renameReplaces: found?.directoryRule === 'replaces',
    provesUploads: stores === 'when-asked-next' && found?.provesUploads === true,
    unmount,
  });
}
