/**
 * A missing server is told at the end of a run, and fails it when CI=true.
 * Runs in processes of its own, because what is recorded belongs to the whole run.
 */
import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { projectRoot } from '../support/project.ts';

const script = `
  import { needs, skipLines } from './test/support/skips.ts';
  const context = { skip() { console.log('skipped'); } };
  needs(context, 'a thing', true, 'never told');
  needs(context, 'proftpd', false, 'run install.sh');
  needs(context, 'proftpd', false, 'run install.sh');
  console.log(skipLines().join());
`;

function run(ci: string): { readonly status: number | null; readonly text: string } {
  const args = ['--import=tsx', '--input-type=module', '--eval', script];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: projectRoot,
    env: { ...process.env, CI: ci },
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
}

describe('a test that needs something', () => {
  it('is skipped with a reason, told once', () => {
    expect(run('')).to.deep.equal({
      status: 0,
      text: 'skipped\nskipped\nskipped: proftpd (2 times): run install.sh\n',
    });
  });

  it('fails when CI=true', () => {
    const { status, text } = run('true');
    expect(status).to.not.equal(0);
    expect(text).to.include('proftpd is missing');
  });
});
