/**
 * A store's options in the eyes of its plugin: its zod schema says what is wrong, with places in the file. A secret
 * counts as text here, however it is given; its value is not looked up.
 */
import { z } from 'zod';
import type { LoadedPlugin } from '../transport/loader.ts';
import type { StoreConfig } from './config.ts';
import { problemsOf, unknownKey } from './issues.ts';
import type { ConfigProblem } from './problem.ts';
import { secretSchema } from './schema.ts';
import type { DataPath, YamlText } from './yaml-text.ts';

interface CheckOptions {
  readonly plugin: LoadedPlugin;
  readonly yaml: YamlText;
}

/** All problems of one store's options. */
export function checkOptions(store: StoreConfig, { plugin, yaml }: CheckOptions): ConfigProblem[] {
  const base: DataPath = ['stores', store.name];
  const known = optionNames(plugin);
  const keysAt = (path: DataPath) =>
    path.length === base.length ? ['plugin', ...(known ?? [])] : [];
  const places = { yaml, base, keysAt };

  const options: Record<string, unknown> = { ...store.options };
  const problems: ConfigProblem[] = [];
  for (const name of plugin.secrets) {
    if (typeof options[name] !== 'object' || options[name] === null) continue;
    const secret = secretSchema.safeParse(options[name]);
    if (!secret.success) {
      const issues = secret.error.issues.map((issue) => ({
        ...issue,
        path: [name, ...issue.path],
      }));
      problems.push(...problemsOf(issues, places));
    }
    options[name] = 'given elsewhere';
  }

  const parsed = plugin.options.safeParse(options);
  if (!parsed.success) problems.push(...problemsOf(parsed.error.issues, places));
  const reported = parsed.success ? [] : parsed.error.issues;
  if (known !== undefined && !reported.some(({ code }) => code === 'unrecognized_keys')) {
    const unknown = Object.keys(store.options).filter((key) => !known.includes(key));
    problems.push(...unknown.map((key) => unknownKey(yaml, [...base, key], ['plugin', ...known])));
  }
  return problems;
}

/** Undefined when the plugin's schema does not tell (it accepts any key, or is no plain object). */
function optionNames(plugin: LoadedPlugin): readonly string[] | undefined {
  const schema = optionsJsonSchema(plugin);
  return typeof schema?.['properties'] === 'object' ? Object.keys(schema['properties']) : undefined;
}

/** The options as JSON schema, or undefined when the plugin's schema cannot be told as one. */
export function optionsJsonSchema(
  plugin: LoadedPlugin,
): (Record<string, unknown> & { properties?: Record<string, unknown> }) | undefined {
  try {
    const schema = z.toJSONSchema(plugin.options, { io: 'input', unrepresentable: 'any' });
    return schema;
  } catch {
    return undefined;
  }
}
