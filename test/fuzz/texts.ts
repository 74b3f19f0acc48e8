/** Other texts from outside: configurations, answers of WebDAV servers, known hosts, tables of mounts. */
import { readFileSync } from 'node:fs';
import { validateHeaderValue } from 'node:http';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseFstab, parseMountTable } from '../../plugins/mount/mount-table.ts';
import { isAbout, parseKnownHosts } from '../../plugins/sftp/known-hosts.ts';
import { Authority } from '../../plugins/webdav/auth.ts';
import { Cookies } from '../../plugins/webdav/cookies.ts';
import { listingOf, usualStamp } from '../../plugins/webdav/entries.ts';
import { Finding } from '../../plugins/webdav/failures.ts';
import { parseMultistatus, type Resource } from '../../plugins/webdav/multistatus.ts';
import { ignoreRules } from '../../src/config/ignore.ts';
import { parseConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { pathProblem } from '../../src/core/model/path.ts';
import { projectRoot } from '../support/project.ts';
import { hostileBytes, hostilePath, mutated, NASTY } from './hostile.ts';
import { mustBeName } from './store-acts.ts';
import { failing, must, target } from './target.ts';
import type { Target } from './target.ts';

const example = readFileSync(join(projectRoot, 'config.example.yaml'), 'utf8').slice(0, 4000);
const small =
  'client: laptop\nstores:\n  s: { plugin: mount, path: /srv }\nfolders:\n  - { name: d, local: ./d, store: s, path: /d }\n';
const YAML = [
  ...NASTY,
  ...[
    '- ',
    ': ',
    '&a ',
    '*a',
    '<<: *a',
    '!!js/function x',
    '!!binary x',
    '? ',
    '|\n',
    '>\n',
    '---\n',
    '...\n',
    '\t',
    '%YAML 9.9\n',
  ],
  ...[
    '[',
    '{',
    '[ '.repeat(20_000),
    '{a: '.repeat(20_000),
    '- '.repeat(20_000),
    'a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\n',
  ],
  ...[
    '.inf',
    '.nan',
    '0x10',
    '1e999',
    '~',
    'null',
    'true',
    '"\\ud800"',
    '{ env: X }',
    '{ command: [false] }',
  ],
];
const xml =
  '<?xml version="1.0"?><d:multistatus xmlns:d="DAV:"><d:response><d:href>/a/b%20c</d:href><d:propstat><d:prop>' +
  '<d:getcontentlength>12</d:getcontentlength><d:resourcetype><d:collection/></d:resourcetype></d:prop>' +
  '<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>';
const XML = [
  ...NASTY,
  ...[
    '<!DOCTYPE x [<!ENTITY a "b">]>',
    '&a;',
    '&#x0;',
    '&#1114112;',
    '&amp;',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '<?x',
    '<x>',
  ],
  ...[
    '<a>'.repeat(5000),
    '</a>',
    'xmlns:d="other:"',
    'xmlns=""',
    '<d:status>nothing</d:status>',
    '<__proto__/>',
    '<constructor/>',
  ],
];
/** Of what Node lets through in a header. */
const anyHeader = mutated(
  fc.constantFrom(
    'Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth,auth-int", opaque="o", Basic realm="b"',
    'Digest realm="a \\"b\\" \\\\", nonce="n\\"", algorithm=MD5-sess',
    'Basic realm="b", charset="UTF-8"',
    'session=1234; Path=/a; Expires=Wed, 21 Oct 2037 07:28:00 GMT; Max-Age=100; HttpOnly',
  ),
  [...NASTY, '"', '\\"', ',', '=', ';', ' '.repeat(3000), 'a='.repeat(3000), 'Digest '],
).map((text) => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, ' '));
const context = { platform: 'linux', home: '/home/test', env: {}, hostName: 'test' } as const;

/** Wildcards that try every way to divide a name. */
const slowRule = fc
  .array(fc.constantFrom('*', '**', 'a', '/', '**/', '?', '[a]', '!', '\\'), { maxLength: 60 })
  .map((parts) => `${parts.join('')}b`);
const slowPath = fc.oneof(hostilePath, fc.constantFrom('a'.repeat(250), 'a/'.repeat(99) + 'a'));
const bytesText = hostileBytes.map((bytes) => Buffer.from(bytes).toString());

/** As a directory with these names from the server's root on: what is in it has names that lead nowhere else. */
function listed(resources: readonly Resource[], names: readonly string[]): void {
  const { entries } = listingOf(resources, { names, stampOf: usualStamp });
  for (const { name, stamp } of entries) {
    mustBeName(name);
    const { size, modified } = stamp;
    must(size === undefined || Number.isSafeInteger(size), () => `a size ${String(size)}`);
    must(modified === undefined || Number.isFinite(modified), () => `a time ${String(modified)}`);
  }
}

/** Names as an address may have them: encoded, encoded in part, or not at all. */
const anyHref = fc
  .tuple(
    fc.constantFrom('', '/', '/a/', 'http://h/a/', '//h/', 'a/'),
    hostilePath,
    fc.constantFrom<(text: string) => string>(String, escape, (text) => `${escape(text)}/`),
  )
  .map(([before, path, how]) => `${before}${how(path)}`);

function escape(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replace(
      /[^a-z]/gi,
      (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
}

export const textTargets: readonly Target[] = [
  target(
    'configurations',
    fc.oneof({ weight: 6, arbitrary: mutated(fc.constantFrom(example, small), YAML) }, bytesText),
    {
      share: 0.5,
      check: async (text) => {
        const config = await failing(
          () => parseConfig(text, '/home/test/config.yaml', context),
          ConfigError,
        );
        if (config instanceof ConfigError)
          must(config.problems.length > 0, () => 'refused without a reason');
      },
    },
  ),
  target(
    'ignore rules',
    fc.tuple(fc.array(fc.oneof(hostilePath, bytesText, slowRule), { maxLength: 5 }), slowPath),
    {
      check: ([rules, path]) => {
        if (pathProblem(path) !== undefined) return;
        ignoreRules(rules)('')(path, true);
        ignoreRules([])(rules.join('\n'))(path, false);
      },
    },
  ),
  target(
    'WebDAV listings',
    fc.oneof({ weight: 6, arbitrary: mutated(fc.constant(xml), XML) }, bytesText),
    {
      check: async (text) => {
        await failing(() => {
          for (const names of [[], ['a']]) listed(parseMultistatus(text), names);
        }, Finding);
      },
    },
  ),
  target('addresses in WebDAV listings', anyHref, {
    check: (href) => {
      const type = { text: '', children: [] };
      const properties = new Map([['{DAV:}resourcetype', type]]);
      for (const names of [[], ['a']])
        listed([{ href, properties, status: undefined, refused: undefined }], names);
    },
  }),
  target('headers of WebDAV servers', fc.array(anyHeader, { maxLength: 5 }), {
    check: (lines) => {
      const cookies = new Cookies();
      cookies.take(lines, 0);
      const authority = new Authority({ kind: 'password', user: 'u', password: 'p' });
      for (const line of lines) authority.learn(line, undefined);
      const url = new URL('http://h/a');
      for (const header of [cookies.headerFor('/a'), authority.headerFor('PROPFIND', url)])
        validateHeaderValue('x', header ?? '');
    },
  }),
  target(
    'known hosts',
    fc.tuple(
      mutated(
        fc.constant(
          'host,*.b ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\n|1|c2FsdA==|aGFzaA== ssh-rsa AAAAB3NzaC1y\n@revoked !x,[h]:22 ssh-rsa AAAAB3NzaC1y\n',
        ),
        ['*', '?', '**', '*'.repeat(50), '|1|', '@', ...NASTY],
      ),
      fc.constantFrom('host', 'x.b', 'a'.repeat(200)),
    ),
    {
      check: ([text, name]) => {
        for (const line of parseKnownHosts(text)) isAbout(line, name);
      },
    },
  ),
  target(
    'tables of mounts',
    mutated(
      fc.constant(
        '36 35 98:0 / /mnt\\040x rw shared:1 - ext4 /dev/sda1 rw\n/dev/sda1 /mnt ext4 rw 0 0\n',
      ),
    ),
    {
      check: (text) => {
        parseMountTable(text);
        parseFstab(text);
      },
    },
  ),
];
