/**
 * A store that cannot be opened: a person is told why and what to do, nothing is lost, and the next sync goes on when the
 * cause is gone.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { needs } from '../support/skips.ts';
import type { ServerName } from '../servers/index.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';
import { whyNot } from './stores.ts';
import { seen } from './trouble.ts';

type Settings = Readonly<Record<string, string | number>>;

const servers: readonly ServerName[] = ['proftpd', 'vsftpd', 'pure-ftpd'];

for (const name of servers) {
  describe(`${name} cannot be opened`, function () {
    this.timeout(60_000);
    let stage: Stage | undefined;

    before(async function () {
      const why = await whyNot(name);
      needs(this, name, why === undefined, why ?? '');
      stage = await openStage(name, { tls: 'explicit' });
    });
    after(async () => {
      await stage?.close();
    });

    const rows: readonly (readonly [string, Settings, readonly (string | RegExp)[]])[] = [
      [
        'a wrong password',
        { password: 'wrong-secret' },
        [
          'store "place": the store refused the login: ',
          /the server says 530 Login (incorrect|authentication failed)/,
          "what to do: Check this store's user, its password or key, and the certificate or server key that it is known by.",
        ],
      ],
      [
        'an unknown host',
        { host: 'no-such-host.invalid' },
        [
          'store "place": the store cannot be reached, or the line broke: ',
          'no-such-host.invalid',
          "what to do: Check your network and the store's host and port. Nothing is lost",
        ],
      ],
      [
        'a port where nobody listens',
        { port: 1 },
        ['the store cannot be reached, or the line broke: ', 'ECONNREFUSED 127.0.0.1:1'],
      ],
      [
        'a certificate that nobody known vouches for',
        { ca: '' },
        [
          "the server's certificate is not trusted (",
          'if it is the right server, name the file of its authority with `ca`',
        ],
      ],
    ];
    for (const [sentence, wrong, texts] of rows) {
      it(`${sentence}: exit code 1, why and what to do; then all goes on`, async () => {
        const [client] = stage!.clients;
        const path = `${sentence}.txt`;
        writeFileSync(join(client.folder, path), sentence);
        const settings = stage!.store.settings(wrong);
        client.configure({ store: settings.filter((line) => line !== 'ca: ""') });
        const { code, text } = await seen(client);
        expect(code, text).to.equal(1);
        for (const part of texts) {
          if (typeof part === 'string') expect(text).to.contain(part);
          else expect(text).to.match(part);
        }
        expect(text).to.contain('what to do: ').and.not.contain('wrong-secret');
        client.configure({ store: stage!.store.settings() });
        expect(await seen(client)).to.deep.equal({
          code: 0,
          text: `uploaded: ${path}\nin sync: 1 uploaded`,
        });
        expect(readFileSync(join(stage!.place, path), 'utf8')).to.equal(sentence);
      });
    }
  });
}
