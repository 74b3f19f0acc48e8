/** What a configuration may say about an SFTP store, and how it is told what is wrong, with its place. */
import { expect } from 'chai';
import { checkOptions } from '../../../src/config/options.ts';
import { loadPlugin } from '../../../src/transport/loader.ts';
import { CONTEXT } from '../../config/helpers.ts';
import { parseConfig } from '../../../src/config/load.ts';
import { ConfigError } from '../../../src/config/problem.ts';

const plugin = await loadPlugin('sftp', { from: '/', home: '/' });

/** The problems of a store with these settings, in YAML's flow form. */
async function problemsOf(settings: string): Promise<string[]> {
  const text = [
    'stores:',
    `  box: { plugin: sftp, host: h, user: alice, ${settings} }`,
    'folders:',
    '  - { name: f, local: ~/f, store: box }',
  ];
  try {
    await parseConfig(text.join('\n'), '/etc/config.yaml', {
      ...CONTEXT,
      checkOptions: (store, yaml) => Promise.resolve(checkOptions(store, { plugin, yaml })),
    });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ where, message }) => `${where}: ${message}`);
  }
}

const print = `"SHA256:${'a'.repeat(43)}"`;

describe('sftp: options', () => {
  const right = [
    'password: x',
    'password: { env: SECRET }',
    'privateKey: ~/.ssh/id_ed25519',
    'privateKey: key, passphrase: { command: "pass show key" }',
    'agent: true',
    'agent: /run/agent',
    'agent: true, password: x, privateKey: key',
    `password: x, hostKey: ${print}`,
    'password: x, knownHosts: ./hosts, trustNewHost: true',
  ];
  for (const settings of right) {
    it(`${settings} is right`, async () => {
      expect(await problemsOf(settings)).to.deep.equal([]);
    });
  }

  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ['port: 22', 'user', /needs a password, a privateKey or an agent/],
    ['password: x, passphrase: y', 'passphrase', /needs the privateKey/],
    [`password: x, hostKey: ${print}, knownHosts: f`, 'knownHosts', /leave one out/],
    [`password: x, hostKey: ${print}, trustNewHost: true`, 'trustNewHost', /leave one out/],
    ['password: x, hostKey: "MD5:00:11"', 'hostKey', /fingerprint such as ssh-keygen/],
    ['password: x, agent: false', 'agent', /./],
    ['password: x, privatekey: key', 'privatekey', /did you mean "privateKey"/],
    ['password: x, port: 0', 'port', /./],
  ];
  for (const [settings, where, words] of wrong) {
    it(`${settings} is wrong at ${where}`, async () => {
      const [problem, ...more] = await problemsOf(settings);
      expect(more).to.deep.equal([]);
      expect(problem)
        .to.match(new RegExp(`^stores\\.box\\.${where}: `))
        .and.match(words);
    });
  }

  it('two logins to one place are one place, whatever they log in with', async () => {
    const text = [
      'stores:',
      '  one: { plugin: sftp, host: h, user: alice, privateKey: a, timeout: 10 }',
      `  two: { plugin: sftp, host: h, user: alice, agent: true, hostKey: ${print} }`,
      'folders:',
      '  - { name: f, local: ~/f, store: one, path: /s }',
      '  - { name: g, local: ~/g, store: two, path: /s/t }',
    ];
    const attempt = parseConfig(text.join('\n'), '/etc/config.yaml', CONTEXT);
    const error = await attempt.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(String(error)).to.contain('/s/t on "two" lies in /s of folder "f"');
  });
});
