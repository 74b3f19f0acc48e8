/**
 * Each rule about who may import whom, broken on purpose in a copy of the project: a check that can pass blind
 * is worse than none. The project itself must break none of them.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'chai';
import { plantedCopy, projectFiles, projectRoot, runTool } from '../support/project.ts';

interface Planted {
  readonly rule: string;
  readonly sentence: string;
  /** The file that must be reported. */
  readonly offender: string;
  readonly text: string;
}

/** Innocent files for the planted ones to reach. */
const targets: Readonly<Record<string, string>> = {
  'src/host/planted-target.ts': 'export const target = 1;\n',
  'src/planted-third.ts': "export { target } from './host/planted-target.ts';\n",
  'src/core/engine/planted-target.ts': 'export const target = 1;\n',
  'src/core/model/planted-target.ts': 'export const target = 1;\n',
  'plugins/ftp/planted-target.ts': 'export const target = 1;\n',
  'plugins/planted/other.ts': "export { cycle } from './cycle.ts';\n",
  'test/planted-target.ts': 'export const target = 1;\n',
  'src/testkit/planted-suite.ts': "export { expect } from 'chai';\n",
};

const planted: readonly Planted[] = [
  {
    rule: 'core-reaches-no-effects',
    sentence: 'the engine reaches the host through a third file',
    offender: 'src/core/engine/planted-reach.ts',
    text: "export { target } from '../../planted-third.ts';\n",
  },
  {
    rule: 'core-reaches-no-effects',
    sentence: 'the engine imports a plugin',
    offender: 'src/core/engine/planted-plugin.ts',
    text: "export { target } from '../../../plugins/ftp/planted-target.ts';\n",
  },
  {
    rule: 'core-stays-in-core',
    sentence: 'the engine imports the door for plugins',
    offender: 'src/core/engine/planted-door.ts',
    text: "import type { PluginContext } from '../../plugin-api.ts';\nexport type Planted = PluginContext;\n",
  },
  {
    rule: 'pure-reaches-no-node-module',
    sentence: 'a decision reads a file',
    offender: 'src/core/decide/planted-node.ts',
    text: "export { readFileSync } from 'node:fs';\n",
  },
  {
    rule: 'pure-reaches-only-pure',
    sentence: 'a decision imports the engine',
    offender: 'src/core/decide/planted-engine.ts',
    text: "export { target } from '../engine/planted-target.ts';\n",
  },
  {
    rule: 'pure-takes-only-types-of-ports',
    sentence: 'a decision takes more than a type from a port',
    offender: 'src/core/decide/planted-port.ts',
    text: "export { TransportError } from '../ports/transport.ts';\n",
  },
  {
    rule: 'pure-uses-no-package',
    sentence: 'a format uses a package',
    offender: 'src/core/format/planted-package.ts',
    text: "export { parse } from 'yaml';\n",
  },
  {
    rule: 'engine-reaches-no-node-module',
    sentence: 'the engine uses a Node module without its prefix',
    offender: 'src/core/engine/planted-node.ts',
    text: "export { readFileSync } from 'fs';\n",
  },
  {
    rule: 'ports-know-no-core',
    sentence: 'a port knows the model',
    offender: 'src/core/ports/planted-model.ts',
    text: "export { target } from '../model/planted-target.ts';\n",
  },
  {
    rule: 'plugin-reaches-only-plugin-api',
    sentence: 'a plugin takes a type from the core',
    offender: 'plugins/ftp/planted-core.ts',
    text: "import type { Transport } from '../../src/core/ports/transport.ts';\nexport type Planted = Transport;\n",
  },
  {
    rule: 'plugin-reaches-no-other-plugin',
    sentence: 'a plugin imports another plugin',
    offender: 'plugins/mount/planted-other.ts',
    text: "export { target } from '../ftp/planted-target.ts';\n",
  },
  {
    rule: 'plugin-ftp-uses-only-its-library',
    sentence: 'the ftp plugin uses another library',
    offender: 'plugins/ftp/planted-library.ts',
    text: "export { createClient } from 'webdav';\n",
  },
  {
    rule: 'plugin-sftp-uses-only-its-libraries',
    sentence: 'the sftp plugin uses another library',
    offender: 'plugins/sftp/planted-library.ts',
    text: "export { Client } from 'basic-ftp';\n",
  },
  {
    rule: 'plugin-webdav-uses-only-its-libraries',
    sentence: 'the webdav plugin uses another library',
    offender: 'plugins/webdav/planted-library.ts',
    text: "export { Client } from 'basic-ftp';\n",
  },
  {
    rule: 'plugin-mount-uses-no-library',
    sentence: 'the mount plugin uses a library',
    offender: 'plugins/mount/planted-library.ts',
    text: "export { Client } from 'basic-ftp';\n",
  },
  {
    rule: 'only-the-loader-reaches-plugins',
    sentence: 'the program imports a plugin directly',
    offender: 'src/planted-direct.ts',
    text: "export { target } from '../plugins/ftp/planted-target.ts';\n",
  },
  {
    rule: 'client-libraries-only-in-plugins',
    sentence: 'the program uses a plugin’s library',
    offender: 'src/host/planted-library.ts',
    text: "export { Client } from 'basic-ftp';\n",
  },
  {
    rule: 'yargs-only-in-cli',
    sentence: 'something else than the command line parses arguments',
    offender: 'src/config/planted-yargs.ts',
    text: "import yargs from 'yargs';\nexport const planted = yargs;\n",
  },
  {
    rule: 'nothing-reaches-tests',
    sentence: 'the program imports a test',
    offender: 'src/planted-test.ts',
    text: "export { target } from '../test/planted-target.ts';\n",
  },
  {
    rule: 'no-development-package-in-the-program',
    sentence: 'the program imports a package that only developers have',
    offender: 'src/host/planted-development.ts',
    text: "export { format } from 'prettier';\n",
  },
  {
    rule: 'program-runs-without-test-packages',
    sentence: 'the program reaches chai through the testkit',
    offender: 'src/planted-suite.ts',
    text: "export { expect } from './testkit/planted-suite.ts';\n",
  },
  {
    rule: 'no-cycles',
    sentence: 'two files import each other',
    offender: 'plugins/planted/cycle.ts',
    text: "export { cycle as other } from './other.ts';\nexport const cycle = 1;\n",
  },
  {
    rule: 'not-resolvable',
    sentence: 'an import leads nowhere',
    offender: 'src/host/planted-nowhere.ts',
    text: "export { nowhere } from './nowhere-to-be-found.ts';\n",
  },
];

interface Cruise {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

function cruise(root: string): Cruise {
  const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src', 'plugins'];
  return JSON.parse(runTool(root, 'dependency-cruiser/bin/dependency-cruise.mjs', args)) as Cruise;
}

describe('boundaries between the parts', function () {
  this.timeout(60_000);
  let found: Cruise;

  before(() => {
    const files = Object.fromEntries(planted.map(({ offender, text }) => [offender, text]));
    const copy = plantedCopy(['src', 'plugins'], { ...targets, ...files });
    try {
      found = cruise(copy.root);
    } finally {
      copy.remove();
    }
  });

  for (const { rule, sentence, offender } of planted) {
    it(`${rule}: is reported when ${sentence}`, () => {
      const reported = found.summary.violations
        .filter(({ from }) => from === offender)
        .map((violation) => violation.rule.name);
      expect(reported).to.include(rule);
    });
  }

  it('every rule has a planted violation', () => {
    const require = createRequire(import.meta.url);
    const { forbidden } = require(join(projectRoot, '.dependency-cruiser.cjs')) as {
      readonly forbidden: readonly { readonly name: string }[];
    };
    const names = forbidden.map(({ name }) => name).sort();
    expect([...new Set(planted.map(({ rule }) => rule))].sort()).to.deep.equal(names);
  });

  it('the project breaks none, and every file was looked at', () => {
    const { modules, summary } = cruise(projectRoot);
    const lines = summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`);
    expect(lines).to.deep.equal([]);
    const looked = new Set(modules.map(({ source }) => source));
    const files = [...projectFiles('src', '.ts'), ...projectFiles('plugins', '.ts')];
    expect(files.filter((path) => !looked.has(path))).to.deep.equal([]);
    expect(files).to.not.be.empty;
  });
});
