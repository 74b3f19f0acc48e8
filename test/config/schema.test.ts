/**
 * The example and the JSON schema: valid, complete, and made from the present source.
 */
import { homedir } from 'node:os';
import { expect } from 'chai';
import { parse } from 'yaml';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { parseConfig } from '../../src/config/load.ts';
import { checkOptions } from '../../src/config/options.ts';
import { configSchema, folderSchema } from '../../src/config/schema.ts';
import { builtInNames, loadPlugin } from '../../src/transport/loader.ts';
import { projectRoot, projectText } from '../support/project.ts';
import { CONTEXT } from './helpers.ts';

const load = (name: string) => loadPlugin(name, { from: projectRoot, home: homedir() });

interface Schema {
  readonly properties: Readonly<Record<string, unknown>>;
}

describe('schema/config.schema.json', () => {
  it('is made from the present source (npm run schema)', async () => {
    const plugins = await Promise.all(builtInNames.map(load));
    expect(JSON.parse(projectText('schema/config.schema.json'))).to.deep.equal(
      JSON.parse(JSON.stringify(configJsonSchema(plugins))),
    );
  });

  it('offers the options of each built-in plugin, and secrets in every form', () => {
    const { properties } = JSON.parse(projectText('schema/config.schema.json')) as Schema;
    const ftp = 'stores.additionalProperties.allOf[0].then.properties';
    expect(properties).to.have.nested.property(`${ftp}.plugin.const`, 'ftp');
    expect(properties).to.have.nested.property(`${ftp}.tls.enum`).that.includes('explicit');
    expect(properties).to.have.nested.property(`${ftp}.password.anyOf`).with.length(3);
  });
});

describe('config.example.yaml', () => {
  const text = projectText('config.example.yaml');

  it('names the schema in its first line', () => {
    expect(text.split('\n')[0]).to.equal(
      '# yaml-language-server: $schema=./schema/config.schema.json',
    );
  });

  it('is a valid configuration, plugin options included', async () => {
    const config = await parseConfig(text, '/etc/config.yaml', {
      ...CONTEXT,
      checkOptions: async (store, yaml) =>
        checkOptions(store, { plugin: await load(store.plugin), yaml }),
    });
    expect(config.folders.map(({ name }) => name)).to.deep.equal(['documents', 'pictures']);
  });

  it('shows every setting', () => {
    const shown = parse(text) as { readonly folders: readonly object[] };
    expect(Object.keys(shown)).to.have.members(Object.keys(configSchema.shape));
    expect(Object.keys(shown.folders[0] ?? {})).to.have.members(Object.keys(folderSchema.shape));
  });

  it('shows or mentions every option of the built-in plugins', async () => {
    for (const name of builtInNames) {
      const plugin = await load(name);
      const schema = configJsonSchema([plugin]) as { properties: { stores: object } };
      expect(schema.properties.stores).to.have.nested.property(
        'additionalProperties.allOf[0].then.properties',
      );
      const options = (plugin.options as unknown as { shape: object }).shape;
      for (const option of Object.keys(options)) {
        expect(text, `${name}: ${option}`).to.match(new RegExp(`\\b${option}:`));
      }
    }
  });
});
