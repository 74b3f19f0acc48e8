/** What a user can set for an FTP store, with defaults and descriptions. Knows nothing of connections. */
import { z } from '../../src/plugin-api.ts';
import { latin1, utf8, type Charset } from './charset.ts';

export const ftpOptions = z.strictObject({
  host: z.string().min(1).describe('Name or address of the FTP server'),
  port: z.int().min(1).max(65535).optional().describe('Port; default 21, with implicit TLS 990'),
  user: z.string().min(1).describe('Name to log in with'),
  password: z.string().describe('Password to log in with'),
  tls: z
    .enum(['off', 'explicit', 'implicit'])
    .default('explicit')
    .describe('Encryption: explicit (AUTH TLS), implicit (encrypted from the start) or off'),
  ca: z
    .string()
    .optional()
    .describe('PEM file with the certificates to trust instead of the well-known ones'),
  root: z
    .string()
    .min(1)
    .default('.')
    .describe('Directory on the server that is the root; relative to the login directory'),
  encoding: z
    .enum(['utf8', 'latin1'])
    .default('utf8')
    .describe(
      'Letters of names on the server: utf8, or latin1 (Windows-1252) for servers and trees from before UTF-8; the same on all computers',
    ),
  connections: z.int().min(1).max(16).default(4).describe('How many connections to use at once'),
  timeout: z
    .int()
    .min(1)
    .max(600)
    .default(30)
    .describe(
      'Seconds without a sign of life from the server after which a connection is given up',
    ),
});

export type FtpOptions = z.infer<typeof ftpOptions>;

export const charsets: Readonly<Record<FtpOptions['encoding'], Charset>> = { utf8, latin1 };
