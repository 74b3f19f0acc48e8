/**
 * config.example.yaml names every option that the schema has, and nothing else.
 * Driven by schema/config.schema.json, which is made from the source that checks the file; that it is up to date is
 * checked here too.
 */
import { homedir } from 'node:os';
import { expect } from 'chai';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { builtInNames, loadPlugin } from '../../src/transport/loader.ts';
import { projectRoot, projectText } from '../support/project.ts';

type Json = Readonly<Record<string, unknown>>;

const SCHEMA = 'schema/config.schema.json';

/** Names of all properties anywhere in a JSON schema, sorted. */
function propertyNames(schema: unknown): readonly string[] {
  const names = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === 'properties') Object.keys(value as Json).forEach((name) => names.add(name));
      visit(value);
    }
  };
  visit(schema);
  return [...names].sort();
}

/** Names before a colon: at the start of a line, also behind a comment mark or a dash, or in a flow map. */
function namedIn(yaml: string): ReadonlySet<string> {
  const found = yaml.matchAll(/(?:^\s*(?:#\s*)?(?:-\s+)?|[{,]\s*)([A-Za-z]+):/gm);
  return new Set([...found].map(([, name]) => name ?? ''));
}

describe('config.example.yaml', () => {
  it('is read for names in all their places', () => {
    expect([...namedIn('a: 1\n  # b: 2\n- c: { d: 1, e: 2 }\n')]).to.deep.equal([
      'a',
      'b',
      'c',
      'd',
      'e',
    ]);
    expect(
      propertyNames({ properties: { x: { items: { properties: { y: {} } } } } }),
    ).to.deep.equal(['x', 'y']);
  });

  it('names every option', () => {
    const options = propertyNames(JSON.parse(projectText(SCHEMA)));
    expect(options).to.include.members(['client', 'folders', 'plugin', 'requireMount']);
    const named = namedIn(projectText('config.example.yaml'));
    expect(options.filter((option) => !named.has(option))).to.deep.equal([]);
  });

  it('names the schema in its first line', () => {
    const [first] = projectText('config.example.yaml').split('\n');
    expect(first).to.match(/^# yaml-language-server: \$schema=\S*config\.schema\.json$/);
  });

  it('has a schema that is up to date', async () => {
    const plugins = await Promise.all(
      builtInNames.map((name) => loadPlugin(name, { from: projectRoot, home: homedir() })),
    );
    const made: unknown = JSON.parse(JSON.stringify(configJsonSchema(plugins)));
    expect(JSON.parse(projectText(SCHEMA))).to.deep.equal(made);
  });
});
