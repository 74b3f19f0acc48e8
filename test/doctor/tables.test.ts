/**
 * docs/servers.md holds answers of today's doctor: a question that is new there has to be put to the servers first. Compares
 * texts only; the answers come from `npm run doctor-tables`.
 */
import { expect } from 'chai';
import { PROBES } from '../../src/doctor/examine.ts';
import { projectText } from '../support/project.ts';

/** What says more about the computer that asked than about a server. */
const LEFT_OUT = [
  ...['content.large', 'server.round-trip', 'server.batch', 'server.space', 'times.clock'],
];

describe('docs/servers.md', () => {
  const text = projectText('docs/servers.md');
  const tables = text.split(/^### /m).slice(1);

  it('has a table for every kind of server, each with every question', () => {
    const asked = PROBES.map(({ id }) => id).filter((id) => !LEFT_OUT.includes(id));
    expect(tables.length).to.equal(5);
    for (const table of tables) {
      const rows = [...table.matchAll(/^\| `([a-z-]+\.[a-z-]+)`/gm)].map(([, id]) => id ?? '');
      expect(rows, table.split('\n')[0]).to.deep.equal(asked);
    }
  });

  it('names the servers that the tests run, and no place of one computer', () => {
    for (const name of [
      'ProFTPD',
      'vsftpd',
      'Pure-FTPd',
      'OpenSSH',
      'Apache',
      'lighttpd',
      'davfs2',
    ])
      expect(text).to.contain(name);
    expect(text).to.not.match(/\/tmp\/|\/dev\/|127\.0\.0\.1|localhost/);
  });
});
