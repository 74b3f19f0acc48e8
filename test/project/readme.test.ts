/**
 * What README and its neighbours tell a newcomer to type or to read exists: commands, options, scripts, links.
 * Compares texts only; that the commands do what they say is tested elsewhere.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { expect } from 'chai';
import { projectRoot, projectText } from '../support/project.ts';

const documents = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'CHANGELOG.md'];
const readme = projectText('README.md');

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, found]) => found ?? ''))].sort();
}

function help(...command: readonly string[]): string {
  const args = [join('dist', 'src', 'cli.js'), ...command, '--help'];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: projectRoot,
    encoding: 'utf8',
  });
  expect(status, stderr).to.equal(0);
  return stdout;
}

describe('README and its neighbours', function () {
  this.timeout(60_000);

  it('name the commands that the program has, and all of them', () => {
    const told = matches(readme, /^\| `ownsync ([a-z-]+)/gm);
    expect(told).to.include('sync');
    expect(told).to.deep.equal(matches(help(), /^ +ownsync ([a-z-]+)/gm));
  });

  it('name only options that the command has', () => {
    const rows = [...readme.matchAll(/^\| `ownsync ([a-z-]+)[^|]*\|(.*)\|$/gm)];
    const wrong = rows.flatMap(([, command = '', text = '']) => {
      const options = matches(text, /`(--[a-z-]+)/g);
      if (options.length === 0) return [];
      const there = help(command);
      return options.filter((option) => !there.includes(option)).map((o) => `${command} ${o}`);
    });
    expect(wrong).to.deep.equal([]);
  });

  it('name only scripts that package.json has', () => {
    const { scripts } = JSON.parse(projectText('package.json')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const told = documents.flatMap((path) =>
      matches(projectText(path), /\bnpm (?:run )?(?=start|test|(?<=run ))([a-z:]+)/g),
    );
    expect(told).to.include('coverage');
    expect(told.filter((name) => !(name in scripts))).to.deep.equal([]);
  });

  it('link only to files that are there', () => {
    const missing = documents.flatMap((path) =>
      matches(projectText(path), /\]\((?!https?:)([^)#]+)/g)
        .map((link) => posix.join(dirname(path), link))
        .filter((link) => !existsSync(join(projectRoot, link))),
    );
    expect(missing).to.deep.equal([]);
  });
});
