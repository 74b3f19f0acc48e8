/**
 * davfs2's own settings, as far as the plugin depends on them: without `delay_upload 0` it says that a file is stored ten
 * seconds before it tries to. Reads its files; never writes them.
 */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { refusal, type Attempt } from './errors.ts';

/** The user's, which count more, and the system's. The super-user's mounts look at the latter only. */
function settingsFiles(): string[] {
  return [join(homedir(), '.davfs2', 'davfs2.conf'), '/etc/davfs2/davfs2.conf'];
}

/** Refuses a mount whose uploads come later: what is not on the server yet would pass for stored. */
export async function requireUploadAtOnce(point: string, attempt: Attempt): Promise<void> {
  for (const file of settingsFiles()) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const delay = settingFor(text, point, 'delay_upload');
    if (delay === '0') return;
    if (delay !== undefined) break;
  }
  const advice =
    'write the line "delay_upload 0" into /etc/davfs2/davfs2.conf (or ~/.davfs2/davfs2.conf), and mount it again';
  throw refusal(
    'unsupported',
    attempt,
    `davfs2 uploads files only some seconds after they were written, and nobody learns whether it worked: ${advice}`,
  );
}

/** The value for a mount point: its own section's, else the general one; undefined: not set. */
export function settingFor(text: string, point: string, name: string): string | undefined {
  let [general, own, section]: (string | undefined)[] = [];
  for (const line of text.split('\n')) {
    const words = line.replace(/#.*$/, '').trim();
    const opened = /^"?\[(.*)\]"?$/.exec(words)?.[1];
    if (opened !== undefined) section = opened.replace(/\\(.)/g, '$1');
    const [key, value] = words.split(/\s+/);
    if (key !== name || value === undefined) continue;
    if (section === undefined) general = value;
    else if (section === point) own = value;
  }
  return own ?? general;
}
