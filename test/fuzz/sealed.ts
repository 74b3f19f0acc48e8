/** Lines sealed as the program seals its own, whatever they hold: what a hostile client can write. */
import { digestOf } from '../core/format/samples.ts';
import { jsonOf } from './hostile.ts';

export function sealed(lines: readonly unknown[]): string {
  const body = lines.map((line) => `${jsonOf(line)}\n`).join('');
  const end = {
    end: true,
    lines: lines.length,
    bytes: Buffer.byteLength(body),
    digest: digestOf(body),
  };
  return `${body}${JSON.stringify(end)}\n`;
}
