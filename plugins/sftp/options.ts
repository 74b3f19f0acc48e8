/** What a user can set for an SFTP store, with defaults and descriptions. Knows nothing of connections. */
import { z } from '../../src/plugin-api.ts';

export const sftpOptions = z
  .strictObject({
    host: z.string().min(1).describe('Name or address of the SSH server'),
    port: z.int().min(1).max(65535).default(22).describe('Port'),
    user: z.string().min(1).describe('Name to log in with'),
    password: z.string().optional().describe('Password to log in with'),
    privateKey: z
      .string()
      .min(1)
      .optional()
      .describe('File with the private key to log in with, such as ~/.ssh/id_ed25519'),
    passphrase: z.string().optional().describe('What protects the private key'),
    agent: z
      .union([z.literal(true), z.string().min(1)])
      .optional()
      .describe('true: the SSH agent that SSH_AUTH_SOCK names; or the path of an agent’s socket'),
    hostKey: z
      .string()
      .regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, 'must be a fingerprint such as ssh-keygen -l shows it')
      .optional()
      .describe('Fingerprint of the server’s key, "SHA256:…", instead of a file of known hosts'),
    knownHosts: z
      .string()
      .min(1)
      .optional()
      .describe('File of known hosts as OpenSSH keeps it; default ~/.ssh/known_hosts'),
    trustNewHost: z
      .boolean()
      .default(false)
      .describe(
        'Believe a server that the file of known hosts does not have yet, and add it there. A key that changed is refused all the same',
      ),
    root: z
      .string()
      .min(1)
      .default('.')
      .describe('Directory on the server that is the root; relative to the login directory'),
    timeout: z
      .int()
      .min(1)
      .max(600)
      .default(30)
      .describe(
        'Seconds without a sign of life from the server after which the connection is given up',
      ),
  })
  .superRefine((options, context) => {
    const { password, privateKey, passphrase, agent, hostKey, knownHosts, trustNewHost } = options;
    const wrong = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    if (password === undefined && privateKey === undefined && agent === undefined) {
      wrong('user', 'needs a password, a privateKey or an agent beside it');
    }
    if (passphrase !== undefined && privateKey === undefined) {
      wrong('passphrase', 'needs the privateKey that it protects');
    }
    if (hostKey !== undefined && knownHosts !== undefined) {
      wrong('knownHosts', 'is not looked at when there is a hostKey; leave one out');
    }
    if (hostKey !== undefined && trustNewHost) {
      wrong('trustNewHost', 'means nothing when there is a hostKey; leave one out');
    }
  });

export type SftpOptions = z.infer<typeof sftpOptions>;
