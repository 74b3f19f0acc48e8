/**
 * A scripted ownCloud on `node:http` alone, in memory: it answers as a real one was recorded to, traps included, and can be
 * told to fail, to be late and to hang up. For loopback: it knows no encryption.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Account } from './account.ts';
import { answerRequest, type House } from './answer.ts';
import { Refused, type Answer } from './answers.ts';
import { filesOf } from './outside.ts';
import type {
  OwncloudFault,
  OwncloudRequest,
  OwncloudServer,
  OwncloudServerOptions,
} from './options.ts';

export type {
  OwncloudAnswer,
  OwncloudFault,
  OwncloudFiles,
  OwncloudRequest,
  OwncloudServer,
  OwncloudServerOptions,
} from './options.ts';

/** Starts a server and resolves when it listens. */
export async function startOwncloudServer(
  options: OwncloudServerOptions = {},
): Promise<OwncloudServer> {
  const desk = new Desk(options);
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => void desk.take(request, response));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const { house } = desk;
  const { account } = house;
  return {
    ...{ origin, user: account.user, password: options.password ?? 'test' },
    url: `${origin}/remote.php/dav/files/${encodeURIComponent(account.user)}/`,
    requests: desk.requests,
    get passwordChecks() {
      return house.passwordChecks;
    },
    trash: account.tree.trash,
    get versions() {
      return account.tree.versions;
    },
    get maintenance() {
      return house.maintenance;
    },
    set maintenance(value) {
      house.maintenance = value;
    },
    forget() {
      desk.requests.length = 0;
      house.passwordChecks = 0;
    },
    setScript: (script) => {
      desk.script = script;
    },
    release: () => {
      desk.release();
    },
    files: filesOf(account.tree),
    async stop() {
      desk.release();
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Takes requests in, asks the script, sends what comes of it. */
class Desk {
  readonly house: House;
  readonly requests: { method: string; path: string }[] = [];
  script: OwncloudServerOptions['script'];
  readonly #counts = new Map<string, number>();
  #held: (() => void)[] = [];

  constructor(options: OwncloudServerOptions) {
    this.script = options.script;
    const account = new Account(options);
    this.house = { account, sessions: new Set(), passwordChecks: 0, maintenance: false };
  }

  release(): void {
    const held = this.#held;
    this.#held = [];
    for (const go of held) go();
  }

  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = this.#observe(request) ?? {};
    try {
      if (fault.hangUp === 'before') {
        response.destroy();
      } else if (fault.instead !== undefined) {
        request.resume();
        const { status, headers, text } = fault.instead;
        await this.#send(response, { status, ...(headers && { headers }), body: text ?? '' }, {});
      } else {
        await this.#carryOut(request, response, fault);
      }
    } catch {
      response.destroy(); // the other side is gone
    }
  }

  async #carryOut(
    request: IncomingMessage,
    response: ServerResponse,
    fault: OwncloudFault,
  ): Promise<void> {
    const { answer: instead, late } = fault;
    if (instead !== undefined) {
      const { status, headers, text } = instead;
      const told: Answer = { status, ...(headers && { headers }), body: text ?? '' };
      if (late === undefined) await this.#answer(request);
      await this.#send(response, told, {});
      if (late === undefined) return;
      await sleep(late, undefined, { ref: false });
      await this.#answer(request);
      return;
    }
    const answer = await this.#answer(request);
    if (fault.hangUp === 'after') response.destroy();
    else await this.#send(response, answer, fault);
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    try {
      return await answerRequest(this.house, request);
    } catch (error) {
      if (error instanceof Refused) return error.answer;
      throw error;
    }
  }

  #observe(request: IncomingMessage): OwncloudFault | undefined {
    const method = request.method ?? '';
    const path = pathOf(request);
    this.requests.push({ method, path });
    const count = (this.#counts.get(method) ?? 0) + 1;
    this.#counts.set(method, count);
    const seen: OwncloudRequest = { method, path, headers: request.headers, count };
    return this.script?.(seen);
  }

  async #send(response: ServerResponse, answer: Answer, fault: OwncloudFault): Promise<void> {
    const { status, headers, after } = answer;
    const isHead = response.req.method === 'HEAD';
    const body = Buffer.from(answer.body ?? '');
    try {
      response.writeHead(status, {
        ...headers,
        ...(status === 204 || status === 304 ? {} : { 'content-length': body.length }),
      });
      if (fault.holdAfter !== undefined && !isHead) {
        response.write(body.subarray(0, fault.holdAfter));
        const gone = once(response, 'close');
        await Promise.race([new Promise<void>((resolve) => this.#held.push(resolve)), gone]);
        response.end(body.subarray(fault.holdAfter));
      } else {
        response.end(isHead ? undefined : body);
      }
      await Promise.race([once(response, 'finish'), once(response, 'close')]);
    } finally {
      after?.();
    }
  }
}

function pathOf(request: IncomingMessage): string {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
