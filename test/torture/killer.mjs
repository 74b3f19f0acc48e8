/**
 * An ordinary transport plugin around another one, loaded by its path from a configuration: at a chosen step it kills its own
 * process with SIGKILL, or holds it until the test goes on. It logs which step that was. It never changes what an operation does.
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONTRACT, definePlugin, z } from 'ownsync/plugin-api';
import { loadPlugin } from '../../dist/src/transport/loader.js';
import { watchLocal } from './local-steps.mjs';

const options = z.strictObject({
  inner: z.looseObject({ plugin: z.string() }).describe('The settings of the real store.'),
  log: z
    .string()
    .describe('A file: one line of JSON for the step that was hit, one for all steps.'),
  local: z.string().describe('The local folder, whose disk steps count as well.'),
  nth: z.number().describe('Of the steps that match, the one that is hit, from 1 on.'),
  scope: z.enum(['store', 'local', 'all']),
  kinds: z.array(z.string()).default([]).describe('Empty: every kind.'),
  moment: z.enum(['any', 'before', 'middle', 'after']),
  path: z.string().default('').describe('A regular expression.'),
  action: z.enum(['kill', 'hold']),
});

/** Everything that the contract knows and that may be killed. */
const KINDS = [
  ...['list', 'look', 'read', 'write', 'resume', 'rename', 'remove', 'removeDirectory'],
  ...['makeDirectory', 'removeTree', 'setModified', 'copy', 'batch', 'space', 'about'],
];

class Steps {
  #plan;
  #left;
  /** Steps so far, of the store and of this computer. */
  counts = { store: 0, local: 0, kinds: {} };

  constructor(plan) {
    this.#plan = plan;
    this.#left = plan.nth;
  }

  isHit(step) {
    const { scope, kinds, moment, path } = this.#plan;
    this.counts[step.scope] += 1;
    if (step.scope === 'store')
      this.counts.kinds[step.kind] = (this.counts.kinds[step.kind] ?? 0) + 1;
    const matches =
      (scope === 'all' || scope === step.scope) &&
      (kinds.length === 0 || kinds.includes(step.kind)) &&
      (moment === 'any' || moment === step.moment) &&
      new RegExp(path).test(step.path);
    if (matches) this.#left -= 1;
    return matches && this.#left === 0;
  }

  log(step) {
    appendFileSync(this.#plan.log, `${JSON.stringify({ hit: step })}\n`);
  }

  /** For steps that nobody can wait in. */
  passNow(step) {
    if (!this.isHit(step)) return;
    this.log(step);
    if (this.#plan.action === 'kill') process.kill(process.pid, 'SIGKILL');
  }

  async pass(kind, moment, path) {
    const step = { scope: 'store', kind, moment, path };
    if (!this.isHit(step)) return;
    this.log(step);
    if (this.#plan.action === 'kill') process.kill(process.pid, 'SIGKILL');
    const held = `${this.#plan.log}.held`;
    writeFileSync(held, '');
    while (existsSync(held)) await sleep(5);
  }

  end() {
    appendFileSync(this.#plan.log, `${JSON.stringify({ total: this.counts })}\n`);
  }
}

function watched(inner, steps) {
  const transport = { capabilities: inner.capabilities, close: () => inner.close() };
  const around =
    (kind) =>
    async (...args) => {
      const path = typeof args[0] === 'string' ? args[0] : '';
      await steps.pass(kind, 'before', path);
      const result = await inner[kind](...args);
      await steps.pass(kind, 'after', path);
      return result;
    };
  for (const kind of KINDS) {
    if (typeof inner[kind] === 'function') transport[kind] = around(kind);
  }
  const sending =
    (kind) =>
    (path, source, ...rest) =>
      around(kind)(
        path,
        { ...source, size: source.size, open: opened(kind, path, source) },
        ...rest,
      );
  const opened = (kind, path, source) =>
    async function* (from) {
      for await (const chunk of source.open(from)) {
        yield chunk;
        await steps.pass(kind, 'middle', path);
      }
    };
  transport.write = sending('write');
  if (inner.resume !== undefined) transport.resume = sending('resume');
  transport.read = async (path, ...rest) => {
    const content = await around('read')(path, ...rest);
    return { ...content, stream: received(content.stream, path) };
  };
  const received = async function* (stream, path) {
    for await (const chunk of stream) {
      yield chunk;
      await steps.pass('read', 'middle', path);
    }
  };
  return transport;
}

export default definePlugin({
  name: 'killer',
  contract: CONTRACT,
  options,
  secrets: [],
  open: async ({ inner, ...plan }, context) => {
    const { plugin, ...settings } = inner;
    const real = await loadPlugin(plugin, { from: context.baseDirectory, home: homedir() });
    const transport = await real.open(real.options.parse(settings), context);
    const steps = new Steps(plan);
    watchLocal(plan.local, (step) => steps.passNow({ scope: 'local', ...step }));
    process.on('exit', () => steps.end());
    return watched(transport, steps);
  },
});
