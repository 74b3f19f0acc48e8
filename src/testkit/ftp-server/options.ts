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
  /** Names that start with a dot: in MLSD and in `LIST -a` (default), in `LIST -a` alone, or in no listing. */
  readonly dotFiles?: 'with-a' | 'only-with-a' | 'never';
  /** What LIST makes of `-a`: an option (default), the name of a file that is not there, or of one that matches nothing. */
  readonly minusA?: 'option' | 'missing-name' | 'empty-pattern';
  /** The form of LIST's lines: as `ls -l` (default), the same without the group, or as IIS writes them. */
  readonly listStyle?: 'unix' | 'unix-no-group' | 'dos';
  /** Listings stop after so many entries and say so in the 226. */
  readonly listLimit?: number;
  /** With {@link FtpQuirks.listLimit}: stop without a word. */
  readonly silentLimit?: boolean;
  /** What a LIST of a missing directory answers: 226 without lines (default) or an error. */
  readonly listMissing?: 'empty' | 'error';
  /** The name under which a new file or directory is really stored. */
  readonly changeName?: (name: string) => string;
  /** RNTO onto something that exists: as rename(2) (default) or 550. */
  readonly renameOnto?: 'replaces' | 'refuses';
  /** STOR and APPE onto a file: allowed (default) or 550, as ProFTPD with `AllowOverwrite off`. */
  readonly overwrite?: 'allowed' | 'refused';
  /** Names that it stores nothing under; answered with IIS's words. */
  readonly forbidden?: RegExp;
  /** MKD of an existing directory: 550 (default) or 257, as ProFTPD from 1.3.9 on. */
  readonly makeExisting?: 'refuses' | 'succeeds';
  /** SIZE, MDTM and the like unknown. */
  readonly unknown?: readonly string[];
  /** Reasons in 550 texts, as ProFTPD gives them (default) or as Windows words them, or a bare refusal as vsftpd does. */
  readonly reasons?: boolean | 'windows';
  /** What SYST answers. Default `UNIX Type: L8`. */
  readonly system?: string;
  /** Letters on the wire. `latin1`: one byte each, in commands, replies and listings; others are shown as `?`. */
  readonly charset?: 'utf8' | 'latin1';
  /** The address that PASV names, as a server behind a NAT does; connections are taken where it really is. */
  readonly passiveAddress?: string;
  readonly times?: FtpTimes;
}

/** Times that are off. Zones are minutes east of UTC at a moment (milliseconds since 1970); default: UTC everywhere. */
export interface FtpTimes {
  /** How far the server's clock is ahead, milliseconds. */
  readonly ahead?: number;
  /** In which LIST and STAT show. */
  readonly listZone?: (at: number) => number;
  /** In which MDTM, MLST and MLSD tell. */
  readonly tellZone?: (at: number) => number;
  /** In which MFMT, MDTM and SITE UTIME take. */
  readonly setZone?: (at: number) => number;
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
