/** Reconciling one path that nobody, or only this computer, changed: case by case. */
import { expect } from 'chai';
import { ancestorOf } from '../../../src/core/decide/reconcile.ts';
import { keyOf } from '../../../src/core/model/entry.ts';
import { digestFor, fileOf } from '../arbitraries.ts';
import type { Row } from './reconcile-rows.ts';
import { a, b, check, directory, heldA, heldDirectory, link, older } from './reconcile-rows.ts';

describe('reconcile: nobody changed anything', () => {
  const rows: readonly Row[] = [
    { sentence: 'nothing anywhere', expected: [] },
    {
      sentence: 'all equal',
      ancestor: heldA,
      local: a,
      versions: { 'me:1': a },
      sighted: a,
      expected: [],
    },
    {
      sentence: 'all equal, not surveyed',
      ancestor: heldA,
      local: a,
      versions: { 'me:1': a },
      expected: [],
    },
    {
      sentence: 'the store lost it: it is brought again',
      ancestor: heldA,
      local: a,
      versions: { 'me:1': a },
      sighted: 'absent',
      expected: ['repair a over me:1'],
    },
    {
      sentence: 'the store holds something old: the current version is put back',
      ancestor: heldA,
      local: a,
      versions: { 'me:1': a },
      sighted: older,
      expected: ['repair a over me:1'],
    },
    {
      sentence: 'a directory that is empty on both sides',
      ancestor: heldDirectory,
      local: directory,
      versions: { 'me:1': directory },
      sighted: directory,
      flags: { emptyHere: true },
      expected: [],
    },
    {
      sentence: 'a directory by what is in it',
      ancestor: ancestorOf(directory, ['']),
      local: directory,
      versions: { implied: directory },
      sighted: directory,
      expected: [],
    },
    {
      sentence: 'a link, of which the store holds nothing',
      ancestor: ancestorOf(link, ['me:1']),
      local: link,
      versions: { 'me:1': link },
      sighted: 'absent',
      expected: [],
    },
    {
      sentence: 'a version that came with equal content is held too',
      ancestor: heldA,
      local: a,
      versions: { 'me:1': a, 'him:1': a },
      sighted: a,
      expected: ['hold a for me:1 him:1'],
    },
    {
      sentence: 'content that was here when the folder was joined',
      local: a,
      versions: { 'him:1': a },
      sighted: a,
      expected: ['hold a for him:1'],
    },
    {
      sentence: 'a directory that was here when the folder was joined',
      local: directory,
      versions: { implied: directory },
      sighted: directory,
      expected: ['hold / for '],
    },
    {
      sentence: 'what this disk made of the time asked for is not an edit',
      ancestor: {
        ...ancestorOf(fileOf('a', 2), ['him:1']),
        asked: { mtime: 1, executable: false },
      },
      local: fileOf('a', 2),
      versions: { 'him:1': a },
      sighted: a,
      expected: [],
    },
  ];
  rows.forEach(check);
});

describe('reconcile: only this computer changed', () => {
  const rows: readonly Row[] = [
    {
      sentence: 'an edit is uploaded over what it was',
      ancestor: heldA,
      local: b,
      versions: { 'me:1': a },
      sighted: a,
      expected: ['upload b over me:1'],
    },
    {
      sentence: 'a deletion deletes on the store',
      ancestor: heldA,
      versions: { 'me:1': a },
      sighted: a,
      expected: ['delete-on-store over me:1'],
    },
    {
      sentence: 'a new file is uploaded',
      local: b,
      sighted: 'absent',
      expected: ['upload b over nothing'],
    },
    {
      sentence: 'a new link is recorded',
      local: link,
      sighted: 'absent',
      expected: ['upload link:x over nothing'],
    },
    {
      sentence: 'a new empty directory is made',
      local: directory,
      sighted: 'absent',
      flags: { emptyHere: true },
      expected: ['upload / over nothing'],
    },
    {
      sentence: 'a new directory with something in it will exist by that',
      local: directory,
      sighted: 'absent',
      expected: [],
    },
    {
      sentence: 'a directory whose last file was deleted here is kept',
      ancestor: ancestorOf(directory, ['']),
      local: directory,
      versions: { implied: directory },
      sighted: directory,
      flags: { emptyHere: true, emptiedHere: true },
      expected: ['upload / over nothing'],
    },
    {
      sentence: 'a deleted directory goes on the store',
      ancestor: heldDirectory,
      versions: { 'me:1': directory },
      sighted: directory,
      expected: ['delete-on-store over me:1'],
    },
    {
      sentence: 'a deleted directory stays remembered while others have something in it',
      ancestor: ancestorOf(directory, ['']),
      versions: { implied: directory },
      sighted: directory,
      expected: [],
    },
    {
      sentence: 'another time',
      ancestor: heldA,
      local: fileOf('a', 3),
      versions: { 'me:1': a },
      sighted: a,
      expected: ['upload a over me:1'],
    },
    {
      sentence: 'executable now',
      ancestor: heldA,
      local: fileOf('a', 1, true),
      versions: { 'me:1': a },
      sighted: a,
      expected: ['upload a over me:1'],
    },
    {
      sentence: 'a file became a link',
      ancestor: heldA,
      local: link,
      versions: { 'me:1': a },
      sighted: a,
      expected: ['upload link:x over me:1'],
    },
    {
      sentence: 'a file became a directory with something in it',
      ancestor: heldA,
      local: directory,
      versions: { 'me:1': a },
      sighted: a,
      expected: ['upload / over me:1'],
    },
    {
      sentence: 'an empty directory became a file',
      ancestor: heldDirectory,
      local: b,
      versions: { 'me:1': directory },
      sighted: directory,
      expected: ['upload b over me:1'],
    },
    {
      sentence: 'a version that nobody fetched before it was replaced is dropped',
      ancestor: ancestorOf(b, ['me:2']),
      local: b,
      versions: { 'me:1': a, 'me:2': b },
      sighted: b,
      own: ['me:1', 'me:2'],
      expected: ['record deletion over me:1'],
    },
    {
      sentence: 'but not while the store holds it',
      ancestor: ancestorOf(b, ['me:2']),
      local: b,
      versions: { 'me:1': a, 'me:2': b },
      sighted: a,
      own: ['me:1', 'me:2'],
      expected: ['fetch-beside a for me:2 me:1'],
    },
    {
      sentence: 'and not another client’s',
      ancestor: ancestorOf(b, ['me:2']),
      local: b,
      versions: { 'him:1': a, 'me:2': b },
      sighted: b,
      own: ['me:2'],
      expected: [],
    },
  ];
  rows.forEach(check);
});

describe('the ancestor of an entry', () => {
  it('keeps what a later scan is compared with', () => {
    expect(ancestorOf(a, ['me:1'])).to.deep.equal({
      key: digestFor('a'),
      dots: ['me:1'],
      mtime: 1,
      executable: false,
    });
    expect(ancestorOf(directory, [])).to.deep.equal({ key: keyOf(directory), dots: [] });
    expect(ancestorOf(link, [])).to.deep.equal({ key: keyOf(link), dots: [] });
  });
});
