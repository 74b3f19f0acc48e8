/**
 * Writes schema/config.schema.json from the zod source that checks the configuration. A test fails when it is out of date.
 */
import { writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { configJsonSchema } from '../src/config/json-schema.ts';
import { builtInNames, loadPlugin } from '../src/transport/loader.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const places = { from: root, home: homedir() };
const plugins = await Promise.all(builtInNames.map((name) => loadPlugin(name, places)));
const text = `${JSON.stringify(configJsonSchema(plugins), null, 2)}\n`;
writeFileSync(new URL('../schema/config.schema.json', import.meta.url), text);
