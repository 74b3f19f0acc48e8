/**
 * Cases about names: a name is stored exactly as asked or refused with `invalid-name`, never changed silently.
 */
import { expect } from 'chai';
import {
  bytesOf,
  inside,
  kindAt,
  makeDirectory,
  namesAt,
  put,
  refused,
  textAt,
  type CaseContext,
  type ConformanceCase,
  type ConformanceGroup,
} from './case.ts';
import { rename } from './rename.ts';

const emoji = '\u{1F600}';

/** Names that every store must keep. */
const ordinary: Readonly<Record<string, string>> = {
  'inner spaces': 'two  inner spaces.txt',
  'single quotes': "it's 'quoted'",
  'double quotes': 'say "hello"',
  brackets: 's[1] (2) {3}',
  percent: '100%25 %41%2F%zz %',
  'a leading tilde': '~tilde',
  'a tilde alone': '~',
  'a leading dash': '-rf',
  'a leading dot': '.dotted',
  'three dots': '...',
  'number sign and ampersand': '#1 & #2;3',
  'plus and equals': 'a+b=c,d@e!f$g^h`i',
  'the look of a listing line': '-rw-r--r-- 1 a b 3 Jan 1 2020 file',
  'the look of a fact': 'type=dir;size=3; name',
  'digits only': '226',
  umlauts: 'Äpfel süß',
  'other scripts': 'Ελληνικά 日本語 العربية',
  'an emoji': `${emoji} party`,
};

/** Names that some stores cannot hold. */
const difficult: Readonly<Record<string, string>> = {
  'an asterisk': 'all * of it',
  'a question mark': 'why?',
  'a colon': 'a:b',
  'angle brackets and a pipe': '<a> | <b>',
  'a backslash': 'back\\slash',
  'a leading blank': ' leading',
  'a trailing blank': 'trailing ',
  'a trailing dot': 'trailing.',
  'a tab': 'tab\tinside',
  'a line feed': 'line\nfeed',
  'a carriage return and line feed': 'one\r\nDELE two',
  'a control character': 'bell\u0007',
  'a byte of 255': 'ÿ',
  'a device name of Windows': 'CON',
};

export const nameCases: ConformanceGroup = {
  name: 'names',
  cases: [
    ...Object.entries(ordinary).map(([what, name]) => keeps(what, name)),
    ...Object.entries(difficult).map(([what, name]) => keepsOrRefuses(what, name)),
    {
      name: 'composed and decomposed letters, side by side where the store keeps them as given',
      run: async (context) => {
        const { unicode } = context.transport.capabilities;
        const composed = 'caf\u00e9';
        const decomposed = 'cafe\u0301';
        await put(context, composed, 'composed');
        if (unicode === 'as-given') await put(context, decomposed, 'decomposed');
        const stored = unicode === 'nfd' ? [decomposed] : [composed];
        const wanted = unicode === 'as-given' ? [decomposed, composed] : stored;
        expect(await namesAt(context)).to.deep.equal(wanted.sort());
        expect(await textAt(context, composed)).to.equal('composed');
        if (unicode === 'as-given')
          expect(await textAt(context, decomposed)).to.equal('decomposed');
      },
    },
    {
      name: 'claim: upper and lower case are two names',
      unclaimed: ({ transport }) =>
        transport.capabilities.caseSensitive ? undefined : 'caseSensitive is false',
      run: async (context) => {
        await put(context, 'name', 'lower');
        await put(context, 'NAME', 'upper');
        expect(await namesAt(context)).to.deep.equal(['NAME', 'name']);
        expect(await textAt(context, 'name')).to.equal('lower');
        expect(await textAt(context, 'NAME')).to.equal('upper');
      },
    },
    {
      name: 'claim: nameBytes is what fits, in letters of one byte and of four',
      run: async (context) => {
        const { nameBytes } = context.transport.capabilities;
        const letters = 'n'.repeat(nameBytes % 4) + emoji.repeat(Math.floor(nameBytes / 4));
        expect(bytesOf(letters).length).to.equal(nameBytes);
        for (const name of ['n'.repeat(nameBytes), letters]) await roundTrip(context, name);
      },
    },
    {
      name: 'one byte more than nameBytes is refused and leaves nothing',
      run: async (context) => {
        const name = 'n'.repeat(context.transport.capabilities.nameBytes + 1);
        const kinds = ['invalid-name'] as const;
        await refused(context, put(context, name, 'x'), { operation: 'write', kinds });
        const attempt = makeDirectory(context, name);
        await refused(context, attempt, { operation: 'makeDirectory', kinds });
        await put(context, 'file', 'kept');
        await refused(context, rename(context, 'file', name), { operation: 'rename', kinds });
        expect(await namesAt(context)).to.deep.equal(['file']);
      },
    },
  ],
};

function keeps(what: string, name: string): ConformanceCase {
  return { name: `${what}: kept`, run: (context) => roundTrip(context, name) };
}

function keepsOrRefuses(what: string, name: string): ConformanceCase {
  return {
    name: `${what}: kept, or refused with invalid-name`,
    run: async (context) => {
      const file = await attempt(context, put(context, name, 'x'), 'write');
      expect(await namesAt(context), 'after a write').to.deep.equal(file ? [name] : []);
      if (file) await context.transport.remove(inside(context, name), context.signal);
      const directory = await attempt(context, makeDirectory(context, name), 'makeDirectory');
      expect(await namesAt(context), 'after makeDirectory').to.deep.equal(directory ? [name] : []);
      if (directory) await context.transport.removeDirectory(inside(context, name), context.signal);
      await put(context, 'plain', 'x');
      const renamed = await attempt(context, rename(context, 'plain', name), 'rename');
      expect(await namesAt(context), 'after rename').to.deep.equal([renamed ? name : 'plain']);
      if (renamed) await context.transport.remove(inside(context, name), context.signal);
      if (file && directory && renamed) await roundTrip(context, name);
    },
  };
}

/** True: done. False: refused with `invalid-name`. */
async function attempt(
  context: CaseContext,
  doing: Promise<unknown>,
  operation: string,
): Promise<boolean> {
  const done = await doing.then(
    () => true,
    () => false,
  );
  if (!done) await refused(context, doing, { operation, kinds: ['invalid-name'] });
  return done;
}

/** Every operation on a file and on a directory of this name. */
async function roundTrip(context: CaseContext, name: string): Promise<void> {
  const { transport, signal, outside } = context;
  await put(context, name, 'content');
  expect(await namesAt(context), 'listed').to.deep.equal([name]);
  if (outside !== undefined) {
    expect(await outside.names(context.directory), 'on the store').to.deep.equal([name]);
  }
  expect(await kindAt(context, name), 'looked at').to.equal('file');
  expect(await textAt(context, name)).to.equal('content');
  await rename(context, name, 'plain');
  expect(await namesAt(context), 'renamed away').to.deep.equal(['plain']);
  await rename(context, 'plain', name);
  expect(await namesAt(context), 'renamed back').to.deep.equal([name]);
  await transport.remove(inside(context, name), signal);
  expect(await namesAt(context), 'removed').to.deep.equal([]);

  await makeDirectory(context, name);
  expect(await kindAt(context, name), 'a directory').to.equal('directory');
  await put(context, `${name}/${name}`, 'deep');
  expect(await namesAt(context, name), 'listed in it').to.deep.equal([name]);
  await rename(context, name, 'plain');
  await rename(context, 'plain', name);
  expect(await textAt(context, `${name}/${name}`)).to.equal('deep');
  await transport.remove(inside(context, `${name}/${name}`), signal);
  await transport.removeDirectory(inside(context, name), signal);
  expect(await namesAt(context), 'directory removed').to.deep.equal([]);
}
