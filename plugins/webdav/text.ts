/** Reads a body as text, up to a limit. Never more of it: what comes from a server is bounded. */
import { Finding } from './failures.ts';

export async function readText(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  most: number,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > most) {
      throw new Finding('corrupt', `the answer is longer than ${String(most)} bytes`, {
        outcome: 'unknown',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** As {@link readText}, but only the beginning: for words of refusal. A body that breaks off is short. */
export async function readBeginning(
  body: AsyncIterable<Uint8Array>,
  most: number,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= most) break;
    }
  } catch {
    // The status was told already; the words are a help, not more.
  }
  return Buffer.concat(chunks).subarray(0, most).toString('utf8');
}
