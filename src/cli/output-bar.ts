/**
 * A progress bar on a terminal. The library is loaded only here, and only when a person looks.
 */
import cliProgress from 'cli-progress';
import type { FolderEvent } from '../core/ports/folder.ts';
import { printEnds } from './output.ts';
import type { Output, OutputOptions } from './output.ts';
import { size } from './words.ts';

const PHASES: Readonly<Record<Extract<FolderEvent, { type: 'phase' }>['phase'], string>> = {
  scan: 'looking at this computer',
  survey: 'looking at the store',
  compare: 'comparing',
  upload: 'uploading',
  place: 'putting in place',
  download: 'downloading',
  finish: 'finishing',
};

export function barOutput(options: OutputOptions, screen: NodeJS.WriteStream): Output {
  const bar = new cliProgress.SingleBar({
    stream: screen,
    format: '{folder}: {what} [{bar}] {amount}',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
    // A bar must never be what keeps a stopped program alive or catches its signal.
    gracefulExit: false,
  });
  let what = 'starting';
  let folder = '';
  let running = false;
  const show = (done: number, total: number, amount: string): void => {
    const payload = { folder, what, amount };
    if (!running) bar.start(Math.max(1, total), done, payload);
    else {
      bar.setTotal(Math.max(1, total));
      bar.update(done, payload);
    }
    running = true;
  };
  return {
    event: (name, event) => {
      folder = name;
      if (event.type === 'phase') {
        what = PHASES[event.phase];
        show(0, 1, '');
      } else if (event.type === 'progress') {
        const say = event.unit === 'bytes' ? size : String;
        show(
          event.done,
          event.total,
          `${say(event.done)} of ${say(event.total)} ${event.unit === 'files' ? 'files' : ''}`,
        );
      } else if (event.type === 'waiting') {
        what = `waiting: ${options.redact(event.reason)}`;
        show(0, 1, '');
      }
    },
    end: (ends) => {
      if (running) bar.stop();
      printEnds(ends, options);
    },
  };
}
