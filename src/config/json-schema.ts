/**
 * The JSON schema for editors, made from the same zod source that checks the file. Pure: the built-in plugins come as an
 * argument, the script writes the result.
 */
import { z } from 'zod';
import type { LoadedPlugin } from '../transport/loader.ts';
import { optionsJsonSchema } from './options.ts';
import { configSchema, secretSchema } from './schema.ts';

type Json = Record<string, unknown>;

/** `plugins`: the built-in ones, whose options an editor may complete; other plugins' options stay open. */
export function configJsonSchema(plugins: readonly LoadedPlugin[]): Json {
  const schema = z.toJSONSchema(configSchema, { io: 'input' }) as Json & { properties: Json };
  const names = plugins.map(({ name }) => name);
  return {
    ...schema,
    title: 'ownsync configuration',
    properties: {
      ...schema.properties,
      stores: {
        description: 'Storage by name.',
        type: 'object',
        additionalProperties: {
          type: 'object',
          description: 'Storage that folders are kept on.',
          properties: {
            plugin: {
              type: 'string',
              examples: names,
              description: `A built-in plugin (${names.join(', ')}), the name of an installed package, or the path of a plugin.`,
            },
          },
          required: ['plugin'],
          allOf: plugins.map(branch),
        },
      },
    },
  };
}

/** If this plugin is named, then these options. */
function branch(plugin: LoadedPlugin): Json {
  const options = optionsJsonSchema(plugin) ?? {};
  const properties: Json = { plugin: { const: plugin.name } };
  for (const [name, option] of Object.entries(options.properties ?? {})) {
    properties[name] = plugin.secrets.includes(name) ? secret(option) : option;
  }
  return {
    if: { properties: { plugin: { const: plugin.name } }, required: ['plugin'] },
    then: {
      properties,
      ...(Array.isArray(options['required']) ? { required: options['required'] } : {}),
      additionalProperties: false,
    },
  };
}

function secret(option: unknown): Json {
  const { $schema: _, ...schema } = z.toJSONSchema(secretSchema, { io: 'input' }) as Json;
  const description = (option as Json | undefined)?.['description'];
  return typeof description === 'string'
    ? {
        ...schema,
        description: `${description.replace(/\.$/, '')}. ${String(schema['description'])}`,
      }
    : schema;
}
