/**
 * What the scripted FTP server can be told: which kind of server to be, and what to do wrong. Types and defaults only.
 */

/** One command as it arrived. */
export interface FtpCommand {
  /** Upper case. */
  readonly verb: string;
  /** Everything after the first space, as sent. The password is included: keep it out of output. */
  readonly argument: string;
  /** Number of the control connection, from 1 on. */
  readonly session: number;
  /** How often this verb has come on any connection, this time included. */
  readonly count: number;
}

/** What to do about one command instead of just carrying it out. Parts may be combined. */
export interface FtpFault {
  /** Wait so many milliseconds first. */
  readonly delay?: number;
  /** Answer with this and do nothing. Several lines are sent as they are. */
  readonly instead?: string;
  /** Carry the command out, but send this in place of its last reply. */
  readonly answer?: string;
  /** Send the replies in pieces of so many bytes, each in a segment of its own. */
  readonly pieces?: number;
  /** Cut the data connection after so many bytes of content (reset), and answer 426. */
  readonly cutAfter?: number;
  /** End the data connection politely after so many bytes of a download or listing, and answer 226 all the same. */
  readonly shortenTo?: number;
  /** Close the control connection: before the command is carried out, or after it in place of the last reply. */
  readonly hangUp?: 'before' | 'after';
}

/** How this server differs from an obliging one. */
export interface FtpQuirks {
  /** Default true. False: MLSD and MLST are unknown, as on vsftpd. */
  readonly mlsd?: boolean;
  /** Default true. */
  readonly epsv?: boolean;
  /** Default true. */
  readonly pasv?: boolean;
  /** The only command that sets a file's time. Default `mfmt`. */
  readonly setTime?: 'mfmt' | 'mdtm' | 'utime' | 'none';
  /** Names that start with a dot: shown in LIST only with `-a` (default), or never, in MLSD neither. */
  readonly dotFiles?: 'with-a' | 'never';
  /** Listings stop after so many entries and say so in the 226. */
  readonly listLimit?: number;
  /** With {@link FtpQuirks.listLimit}: stop without a word. */
  readonly silentLimit?: boolean;
  /** What a LIST of a missing directory answers: 226 without lines (default) or an error. */
  readonly listMissing?: 'empty' | 'error';
  /** The name under which a new file or directory is really stored. */
  readonly changeName?: (name: string) => string;
  /** RNTO onto a file: replaces (default) or 550. */
  readonly renameOnto?: 'replaces' | 'refuses';
  /** MKD of an existing directory: 550 (default) or 257, as ProFTPD from 1.3.9 on. */
  readonly makeExisting?: 'refuses' | 'succeeds';
  /** SIZE, MDTM and the like unknown. */
  readonly unknown?: readonly string[];
  /** Reasons in 550 texts, as ProFTPD gives them (default), or a bare refusal as vsftpd does. */
  readonly reasons?: boolean;
}

export interface FtpServerOptions {
  /** The served directory on disk. Nothing outside it is ever touched. */
  readonly root: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: any free one. */
  readonly port?: number;
  /** Default `test`. */
  readonly user?: string;
  /** Default `test`. */
  readonly password?: string;
  readonly quirks?: FtpQuirks;
  /** At most so many logins at once, refused with this reply number (default 421). */
  readonly limit?: { readonly clients: number; readonly reply?: 421 | 530 };
  /** Milliseconds after which an idle control connection gets a 421 and is closed. */
  readonly idle?: number;
  /** Asked for each command, before it is carried out; undefined: nothing special. */
  readonly script?: (command: FtpCommand) => FtpFault | undefined;
}

export interface FtpServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly root: string;
  /** How often each verb has come. */
  readonly commands: ReadonlyMap<string, number>;
  /** Control connections open at this moment. */
  readonly sessions: number;
  /** Data listeners and data connections open at this moment. */
  readonly transfers: number;
  /** Replaces the script from the next command on. */
  setScript(script: FtpServerOptions['script']): void;
  /** Cuts every control connection without a word. */
  dropSessions(): void;
  /** Stops listening and ends all connections. May be called twice. */
  stop(): Promise<void>;
}
