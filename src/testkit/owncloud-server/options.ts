/**
 * What the scripted ownCloud can be told, and what it lets tests see. Types only. What it answers was recorded from ownCloud
 * core 11; where a real one leaves something to chance, the options decide.
 */

/** One request as it arrived. */
export interface OwncloudRequest {
  readonly method: string;
  /** Below the host, decoded: `/remote.php/dav/files/test/a b`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** How often this method has come, this time included. */
  readonly count: number;
}

/** What to do about one request instead of just carrying it out. */
export interface OwncloudFault {
  /** Answer with this and do nothing. */
  readonly instead?: OwncloudAnswer;
  /** Carry it out, and answer this all the same: a gateway that gave up waiting says 504. */
  readonly answer?: OwncloudAnswer;
  /** With {@link OwncloudFault.answer}: carry it out only so many milliseconds after that. */
  readonly late?: number;
  /** Cut the connection: before the request is carried out, or after it in place of the answer. */
  readonly hangUp?: 'before' | 'after';
  /** Send so many bytes of a file, then wait for {@link OwncloudServer.release}. */
  readonly holdAfter?: number;
}

export interface OwncloudAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
}

export interface OwncloudServerOptions {
  /** Default `test`. */
  readonly user?: string;
  /** Default `test`. */
  readonly password?: string;
  /** The server's clock, milliseconds since 1970. Default: this computer's. */
  readonly now?: () => number;
  /** Bytes that the account may hold. Default: no limit. */
  readonly quota?: number;
  /**
   * What a real server decides by chance: whether a precondition is still tested at the moment of the deed (default), or
   * only a moment before it, so that two racers can both be told that they won.
   */
  readonly racy?: boolean;
  /** Whether a file name of exactly 228 bytes fits this time. Default: never. */
  readonly fits228?: () => boolean;
  /** Asked for each request, before it is carried out; undefined: nothing special. */
  readonly script?: (request: OwncloudRequest) => OwncloudFault | undefined;
}

export interface OwncloudServer {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Of the user's files, as a person would configure it. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Every request since the start or the last {@link OwncloudServer.forget}, in order. */
  readonly requests: readonly { readonly method: string; readonly path: string }[];
  /** Requests for which the password was hashed, because no session's cookie came along: the dear ones. */
  readonly passwordChecks: number;
  /** What was deleted or replaced since the start: paths in the trash-bin. */
  readonly trash: readonly string[];
  /** Versions that the server has made of overwritten files. */
  readonly versions: number;
  maintenance: boolean;
  forget(): void;
  setScript(script: OwncloudServerOptions['script']): void;
  /** Lets every answer that {@link OwncloudFault.holdAfter} holds go on. */
  release(): void;
  /** The files as another client of the server would change them: folders' ETags rise. */
  readonly files: OwncloudFiles;
  /** Ends all connections. May be called twice. */
  stop(): Promise<void>;
}

export interface OwncloudFiles {
  /** `modified`: the storage's time, milliseconds; default now. Makes missing folders. */
  put(path: string, content: string | Uint8Array, modified?: number): void;
  read(path: string): Uint8Array | undefined;
  names(path: string): readonly string[];
  remove(path: string): void;
  /** Undefined: nothing there. Without quotes. */
  etag(path: string): string | undefined;
}
