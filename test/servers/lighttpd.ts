/**
 * lighttpd with mod_webdav: one share at /dav/, one login, by Basic or Digest. Runs as an ordinary user from a
 * configuration of its own.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  davRealm,
  davUser,
  makeRunDirectory,
  withUrl,
  writePasswords,
  type DavServer,
  type DavServerOptions,
} from './apache.ts';
import { giveToOwner, start, type Product, type Workplace } from './harness.ts';

export async function startLighttpd(options: DavServerOptions = {}): Promise<DavServer> {
  const product: Product = {
    ...{ name: 'lighttpd', user: davUser, asOwner: true, isSilent: true },
    configure: (place) => configure(place, options.auth ?? 'basic'),
  };
  return withUrl(await start(product, options));
}

async function configure(place: Workplace, auth: 'basic' | 'digest'): Promise<readonly string[]> {
  const { directory, certificates, home, port, root, options } = place;
  const passwords = await writePasswords(place);
  const run = await makeRunDirectory(place);
  if (certificates !== undefined) await giveToOwner(certificates.key);
  const modules = ['auth', 'authn_file', 'alias', 'webdav'];
  if (certificates !== undefined) modules.push('openssl');
  const file = join(directory, 'lighttpd.conf');
  const lines = [
    `server.modules = (${modules.map((name) => `"mod_${name}"`).join(', ')})`,
    'server.bind = "127.0.0.1"',
    `server.port = ${String(port)}`,
    `server.document-root = "${join(run, 'www')}"`,
    `server.upload-dirs = ("${run}")`,
    `server.errorlog = "${join(run, 'error.log')}"`,
    `server.max-keep-alive-idle = ${String(options.idleSeconds ?? 5)}`,
    // Without a type it tells neither time nor etag.
    'mimetype.assign = ("" => "application/octet-stream")',
    `alias.url = ("/dav/" => "${root}/")`,
    '$HTTP["url"] =~ "^/dav(/|$)" {',
    'webdav.activate = "enable"',
    `webdav.sqlite-db-name = "${join(run, 'locks.db')}"`,
    '}',
    `auth.backend = "${auth === 'basic' ? 'htpasswd' : 'htdigest'}"`,
    `auth.backend.${auth === 'basic' ? 'htpasswd' : 'htdigest'}.userfile = "${passwords[auth]}"`,
    `auth.require = ("/dav" => ("method" => "${auth}", "realm" => "${davRealm}", "require" => "valid-user"))`,
    ...(certificates === undefined
      ? []
      : [
          'ssl.engine = "enable"',
          `ssl.pemfile = "${certificates.certificate}"`,
          `ssl.privkey = "${certificates.key}"`,
        ]),
    ...(options.extra ?? []),
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  return ['-D', '-f', file, '-m', join(home, 'usr', 'lib', 'lighttpd')];
}
