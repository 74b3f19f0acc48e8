/**
 * Connects to a server and reads the line it greets with, which stays to be read again by the SSH client. So what is no
 * SSH server is told as such, and what the server calls itself is known.
 */
import { connect, type Socket } from 'node:net';
import { LostConnection } from './failures.ts';

/** Bytes: an SSH server may say something else first, but not without end. */
const longestGreeting = 16 * 1024;

export interface Greeted {
  readonly socket: Socket;
  /** `SSH-2.0-…`, without the line end. */
  readonly ident: string;
}

/** `signal` ends only the greeting, not the socket's later life. */
export async function greet(
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Greeted> {
  const socket = connect({ host, port, noDelay: true });
  const stop = (): void => {
    socket.destroy(new LostConnection('the server does not answer'));
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return { socket, ident: await identOf(socket) };
  } catch (error) {
    socket.destroy();
    throw error instanceof LostConnection ? error : new LostConnection(messageOf(error));
  } finally {
    signal.removeEventListener('abort', stop);
    socket.on('error', () => undefined);
  }
}

function identOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const settle = (finish: () => void): void => {
      socket.off('data', take).off('error', reject).off('close', ended);
      socket.pause();
      finish();
    };
    const ended = (): void => {
      reject(new LostConnection('the server closed the connection before it greeted'));
    };
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      const ident = /^(?:.*\r?\n)*?(SSH-.*?)\r?\n/.exec(bytes.toString('latin1'))?.[1];
      if (ident !== undefined) {
        settle(() => {
          socket.unshift(bytes);
          resolve(ident);
        });
      } else if (bytes.length > longestGreeting || /^(220|HTTP)/.test(bytes.toString('latin1'))) {
        reject(new LostConnection('what answers there is no SSH server'));
      }
    };
    socket.on('data', take).on('error', reject).on('close', ended);
  });
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
