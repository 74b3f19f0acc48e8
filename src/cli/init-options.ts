/**
 * A plugin's options as questions: what its schema says of each, what a typed text means, and what is wrong. Pure; knows no
 * plugin by name, so that anybody's works.
 */
import { parse } from 'yaml';
import { sayIssue } from '../config/issues.ts';
import { optionsJsonSchema } from '../config/options.ts';
import { secretSchema } from '../config/schema.ts';
import type { LoadedPlugin } from '../transport/loader.ts';

export type Options = Readonly<Record<string, unknown>>;

export interface OptionInfo {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly secret: boolean;
  readonly kind: 'text' | 'number' | 'yes-no' | 'choice' | 'other';
  /** With `choice`. */
  readonly choices: readonly unknown[];
  /** Undefined: it has none. */
  readonly fallback: unknown;
}

export interface OptionProblem {
  /** Empty: it concerns the options together. */
  readonly option: string;
  readonly message: string;
  /** Another option may put it right. */
  readonly isJoint: boolean;
}

/** In the plugin's own order. Empty when its schema cannot be read from outside. */
export function describeOptions(plugin: LoadedPlugin): readonly OptionInfo[] {
  const schema = optionsJsonSchema(plugin);
  const required = Array.isArray(schema?.['required']) ? (schema['required'] as unknown[]) : [];
  return Object.entries(schema?.properties ?? {}).map(([name, value]) => {
    const property = (typeof value === 'object' ? value : {}) as Readonly<Record<string, unknown>>;
    const { description, default: fallback, enum: choices } = property;
    return {
      name,
      description: typeof description === 'string' ? description : '',
      required: required.includes(name),
      secret: plugin.secrets.includes(name),
      kind: kindOf(property),
      choices: Array.isArray(choices) ? choices : [],
      fallback,
    };
  });
}

function kindOf(property: Readonly<Record<string, unknown>>): OptionInfo['kind'] {
  if (Array.isArray(property['enum'])) return 'choice';
  switch (property['type']) {
    case 'string':
      return 'text';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'yes-no';
    default:
      return 'other';
  }
}

/** What a person means by a text; what does not fit stays text, and the schema will say so. */
export function valueOf(info: OptionInfo | undefined, text: string): unknown {
  switch (info?.kind) {
    case 'text':
      return text;
    case 'choice':
      return info.choices.find((choice) => String(choice) === text) ?? text;
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
    case 'yes-no':
      return { true: true, yes: true, false: false, no: false }[text.toLowerCase()] ?? text;
    case 'other':
    case undefined:
      return fromYaml(text);
  }
}

function fromYaml(text: string): unknown {
  try {
    return parse(text, { logLevel: 'silent' }) as unknown;
  } catch {
    return text;
  }
}

/** Everything that is wrong with these options, in words. A secret counts as text, however it is given. */
export function optionProblems(plugin: LoadedPlugin, options: Options): readonly OptionProblem[] {
  const parsed = plugin.options.safeParse(asText(plugin, options));
  return (parsed.error?.issues ?? []).flatMap((issue): OptionProblem[] => {
    const option = String(issue.path[0] ?? '');
    const isJoint = issue.code === 'custom';
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ option: key, message: 'is no option of it', isJoint }));
    return [{ option, message: sayIssue(issue, options[option]), isJoint }];
  });
}

/** As the plugin gets them, but for the secrets' values. */
export function parsedOptions(plugin: LoadedPlugin, options: Options): Options | undefined {
  return plugin.options.safeParse(asText(plugin, options)).data;
}

function asText(plugin: LoadedPlugin, options: Options): Options {
  const given = plugin.secrets.filter((name) => {
    const value = options[name];
    return typeof value === 'object' && secretSchema.safeParse(value).success;
  });
  return { ...options, ...Object.fromEntries(given.map((name) => [name, 'given elsewhere'])) };
}

/** How an option's value is shown; a secret's never is. */
export function shownValue(info: OptionInfo, options: Options): string {
  const value = options[info.name];
  if (value === undefined)
    return info.fallback === undefined ? 'not set' : `default: ${JSON.stringify(info.fallback)}`;
  return info.secret && typeof value === 'string' ? 'set, not shown' : JSON.stringify(value);
}
