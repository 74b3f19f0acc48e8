/**
 * Data connections of one session: a listener per PASV or EPSV, one connection each. Leaves no listener behind.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Milliseconds a client has to open the data connection. */
const patience = 10_000;

export class DataPort {
  readonly #host: string;
  #server: Server | undefined;
  #waiting: Promise<Socket> | undefined;
  #socket: Socket | undefined;

  constructor(host: string) {
    this.#host = host;
  }

  /** Open listeners and connections. */
  get open(): number {
    const socket = this.#socket;
    return (
      (this.#server === undefined ? 0 : 1) + (socket === undefined || socket.destroyed ? 0 : 1)
    );
  }

  /** Opens a listener in place of any earlier one and returns its port. */
  async listen(): Promise<number> {
    this.close();
    const server = createServer({ allowHalfOpen: true });
    this.#server = server;
    const waiting = new Promise<Socket>((resolve) => {
      server.once('connection', (socket) => {
        this.#socket = socket;
        socket.on('error', () => undefined);
        this.#stopListening();
        resolve(socket);
      });
    });
    this.#waiting = waiting;
    server.on('error', () => undefined);
    server.listen(0, this.#host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  /** The client's connection to the last listener; undefined if there is none or it does not come. */
  async accept(): Promise<Socket | undefined> {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, patience, undefined);
    });
    const socket = await Promise.race([waiting, late]);
    clearTimeout(timer);
    if (socket === undefined) this.close();
    return socket;
  }

  close(): void {
    this.#waiting = undefined;
    this.#stopListening();
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #stopListening(): void {
    this.#server?.close();
    this.#server = undefined;
  }
}
