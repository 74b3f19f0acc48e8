/** Durations, platform places and secrets: small parts of the configuration. */
import { expect } from 'chai';
import { parseDuration } from '../../src/config/duration.ts';
import { defaultConfigFile, defaultState, isWithin } from '../../src/config/places.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { resolveSecrets, secretFilter } from '../../src/config/secrets.ts';
import { load } from './helpers.ts';

describe('durations', () => {
  const rows: readonly (readonly [string, number | undefined])[] = [
    ['0s', 0],
    ['10s', 10_000],
    ['250ms', 250],
    ['5min', 300_000],
    ['1.5h', 5_400_000],
    ['30d', 2_592_000_000],
    ['1w', 604_800_000],
    ['5 min', 300_000],
    ['10', undefined],
    ['s', undefined],
    ['-1s', undefined],
    ['5m', undefined],
    ['1e3s', undefined],
    ['10s ', undefined],
  ];
  for (const [text, expected] of rows) {
    it(`${JSON.stringify(text)} is ${expected ?? 'none'}`, () => {
      expect(parseDuration(text)).to.equal(expected);
    });
  }
});

describe('places', () => {
  const linux = { platform: 'linux', home: '/home/a', env: {} } as const;
  const mac = { platform: 'darwin', home: '/Users/a', env: {} } as const;
  const windows = {
    platform: 'win32',
    home: 'C:\\Users\\a',
    env: { LOCALAPPDATA: 'D:\\Local' },
  } as const;
  const rows: readonly (readonly [string, string, string])[] = [
    ['Linux', defaultConfigFile(linux), '/home/a/.config/ownsync/config.yaml'],
    ['Linux state', defaultState(linux), '/home/a/.local/state/ownsync'],
    ['XDG', defaultState({ ...linux, env: { XDG_STATE_HOME: '/s' } }), '/s/ownsync'],
    [
      'a relative XDG value, which counts as unset',
      defaultState({ ...linux, env: { XDG_STATE_HOME: 's' } }),
      '/home/a/.local/state/ownsync',
    ],
    ['macOS', defaultState(mac), '/Users/a/Library/Application Support/ownsync'],
    ['Windows', defaultState(windows), 'D:\\Local\\ownsync'],
    [
      'Windows configuration',
      defaultConfigFile(windows),
      'C:\\Users\\a\\AppData\\Roaming\\ownsync\\config.yaml',
    ],
  ];
  for (const [name, found, expected] of rows) it(name, () => expect(found).to.equal(expected));

  it('a name that only starts with dots is not outside', () => {
    expect(isWithin('/a/..b', '/a')).to.equal(true);
    expect(isWithin('/a', '/a/b')).to.equal(false);
    expect(isWithin('/ab', '/a')).to.equal(false);
  });
});

describe('secrets', () => {
  const sources = {
    env: { FTP: 'from env' },
    signal: new AbortController().signal,
    commandTimeout: 300,
    names: ['password'],
  };
  const resolve = async (secret: string) => {
    const config = await load(
      `stores:\n  a: { plugin: box, host: h, password: ${secret} }\nfolders: []\n`,
    );
    const store = config.stores.get('a');
    if (store === undefined) throw new Error('no store');
    return await resolveSecrets(config, store, sources);
  };

  const rows: readonly (readonly [string, string])[] = [
    ['plain', 'plain'],
    ['{ env: FTP }', 'from env'],
    ['{ command: "printf \'two words\\n\'" }', 'two words'],
    ['{ command: "printf \'kept \\n\\n\'" }', 'kept \n'],
  ];
  for (const [secret, value] of rows) {
    it(`reads ${secret}`, async () => {
      expect(await resolve(secret)).to.deep.equal({
        options: { host: 'h', password: value },
        values: [value],
      });
    });
  }

  const failures: readonly (readonly [string, string])[] = [
    ['{ env: NOWHERE }', 'stores.a.password: the environment variable NOWHERE is not set'],
    [
      '{ command: "echo no >&2; exit 3" }',
      'the command "echo no >&2; exit 3" failed (exit code 3): no',
    ],
    ['{ command: "true" }', 'printed nothing'],
    ['{ command: "sleep 1; echo late" }', 'did not end within 0.3 s'],
  ];
  for (const [secret, message] of failures) {
    it(`says why ${secret} gives nothing`, async () => {
      const error: unknown = await resolve(secret).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(ConfigError);
      expect(String(error)).to.contain('config.yaml:2:40').and.contain(message);
    });
  }

  it('are taken out of texts, the longer first', () => {
    expect(secretFilter(['abc', 'abcdef', ''])('user abcdef, abc')).to.equal('user ***, ***');
  });
});
