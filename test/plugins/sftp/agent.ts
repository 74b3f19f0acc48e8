/** A real SSH agent for a test, with the keys that it shall hold. Ended by its pid. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { sshProgram } from '../../servers/ssh-keys.ts';
import { freshDirectory, later } from './support.ts';

/** Gives the path of the agent's socket. */
export async function startAgent(keys: readonly string[]): Promise<string> {
  const socket = join(await freshDirectory(), 'agent');
  const agent = spawn(await sshProgram('ssh-agent'), ['-D', '-a', socket], { stdio: 'ignore' });
  later(async () => {
    const gone = once(agent, 'exit');
    agent.kill();
    await gone;
  });
  for (let waited = 0; !existsSync(socket); waited += 20) {
    if (waited > 5000) throw new Error('the agent does not start');
    await sleep(20);
  }
  const env = { ...process.env, SSH_AUTH_SOCK: socket };
  const add = await sshProgram('ssh-add');
  for (const key of keys) await promisify(execFile)(add, ['-q', key], { env });
  return socket;
}
