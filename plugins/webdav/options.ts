/** What a user can set for a WebDAV store, with defaults and descriptions. Knows nothing of connections. */
import { z } from '../../src/plugin-api.ts';

export const webdavOptions = z
  .strictObject({
    url: z
      .url({
        protocol: /^https?$/,
        error: 'must be an address that begins with https:// or http://',
      })
      .refine(
        (url) => !hasLogin(url),
        'must not hold a name or password: use `user` and `password`',
      )
      .describe('Address of the directory that is the root, such as https://example.org/dav/'),
    user: z.string().min(1).optional().describe('Name to log in with'),
    password: z.string().optional().describe('Password, or app password, to log in with'),
    token: z.string().min(1).optional().describe('Bearer token, instead of user and password'),
    ca: z
      .string()
      .optional()
      .describe('PEM file with the certificates to trust instead of the well-known ones'),
    fingerprint: z
      .string()
      .regex(/^(?:[0-9a-f]{2}:?){32}$/i, 'must be a SHA-256 fingerprint: 64 hexadecimal digits')
      .optional()
      .describe(
        'SHA-256 fingerprint of the one certificate to accept, whoever has signed it, for whatever name',
      ),
    clearText: z
      .boolean()
      .default(false)
      .describe(
        'Allow http:// to another computer: everything, the password too, can be read on the way',
      ),
    connections: z.int().min(1).max(16).default(4).describe('How many connections to use at once'),
    partSize: z
      .int()
      .min(1)
      .max(1000)
      .default(10)
      .describe('On ownCloud and Nextcloud: larger files go up in parts of so many megabytes'),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    error: '`user` and `password` belong together',
    path: ['password'],
  })
  .refine(({ user, token }) => user === undefined || token === undefined, {
    error: 'either `user` and `password` or `token`',
    path: ['token'],
  });

export type WebdavOptions = z.infer<typeof webdavOptions>;

function hasLogin(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}
