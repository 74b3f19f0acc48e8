/** The traps that a real ownCloud was recorded with: the scripted one has each of them. */
import { expect } from 'chai';
import { Asking, etagIn, timed } from './owncloud-asking.ts';

let dav: Asking;

describe('the traps of ownCloud', () => {
  beforeEach(async () => {
    dav = await Asking.start();
  });
  afterEach(() => dav.server.stop());

  it('1: a file keeps its ETag over writes within one second, though its folders do not', async () => {
    const told = async (body: string, headers: Record<string, string> = {}) => {
      const { headers: answer } = await dav.put('file', body, headers);
      return { file: answer.get('etag'), root: dav.server.files.etag('') };
    };
    const first = await told('abc');
    const second = await told('another length');
    expect(second.file).to.equal(first.file);
    expect(second.root).not.to.equal(first.root);
    expect(await dav.look('file')).to.include('<d:getcontentlength>14<');
    dav.pass(1000);
    expect((await told('abc')).file).not.to.equal(first.file);
    const constant = await told('x', timed(1_600_000_000));
    dav.pass(5000);
    expect((await told('yy', timed(1_600_000_000))).file).to.equal(constant.file);
    expect((await told('yy', timed(1_600_000_001))).file).not.to.equal(constant.file);
    // Deleted and made anew it gets the disk's old number again, and so its old ETag.
    const before = await told('same', timed(1_500_000_000));
    await dav.ask('DELETE', 'file');
    expect((await told('same', timed(1_500_000_000))).file).to.equal(before.file);
  });

  it('2: a MOVE over a file answers with what was replaced', async () => {
    await dav.put('old', 'old', timed(1_600_000_000));
    await dav.put('new', 'new', timed(1_700_000_000));
    const [replaced, moved] = [
      dav.server.files.etag('old') ?? '',
      dav.server.files.etag('new') ?? '',
    ];
    const answer = await dav.move('new', 'old');
    expect(answer.status).to.equal(204);
    expect(answer.headers.get('etag')).to.equal(`"${replaced}"`);
    expect(etagIn(await dav.look('old'))).to.equal(moved);
  });

  it('3: whoever brings no cookie along has the password hashed again', async () => {
    const first = await dav.put('file', 'x');
    await dav.put('file', 'y');
    expect(dav.server.passwordChecks).to.equal(2);
    const cookie = (first.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    await dav.put('file', 'z', { cookie });
    await dav.look('file');
    expect(dav.server.passwordChecks).to.equal(3);
    dav.server.forget();
    expect(dav.server.passwordChecks).to.equal(0);
  });

  it('4: an old name of the desktop client is refused on every method', async () => {
    const as = async (agent: string) =>
      (await dav.ask('PROPFIND', '', { headers: { 'user-agent': agent } })).status;
    expect(await as('Mozilla/5.0 (Linux) mirall/2.11.0')).to.equal(403);
    expect(await as('mirall/3.2.0')).to.equal(403);
    expect(await as('mirall/3.2.1')).to.equal(207);
    expect(await as('ownsync')).to.equal(207);
  });

  it('5: a decomposed name is stored composed, over its twin', async () => {
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
    expect((await dav.put(encodeURIComponent(composed), 'first')).status).to.equal(201);
    expect((await dav.put(encodeURIComponent(decomposed), 'second')).status).to.equal(204);
    expect(dav.server.files.names('')).to.deep.equal([composed]);
    expect((await dav.ask('GET', encodeURIComponent(decomposed))).text).to.equal('second');
  });

  it('6: a download that runs blocks writers, and a MOVE of its folder with a 500', async () => {
    await dav.ask('MKCOL', 'folder');
    await dav.put('folder/file', 'content');
    dav.server.setScript(({ method }) => (method === 'GET' ? { holdAfter: 2 } : undefined));
    const reading = dav.ask('GET', 'folder/file');
    await new Promise((resolve) => setTimeout(resolve, 30));
    const written = await dav.put('folder/file', 'x');
    expect(written.status).to.equal(423);
    expect(written.text).to.include('FileLocked');
    expect((await dav.ask('DELETE', 'folder/file')).status).to.equal(423);
    const moved = await dav.move('folder', 'moved');
    expect(moved.status).to.equal(500);
    expect(moved.text).to.include('OCP\\Lock\\LockedException');
    dav.server.release();
    expect((await reading).text).to.equal('content');
    expect((await dav.move('folder', 'moved')).status).to.equal(201);
  });

  it('7: names from 229 bytes on cannot be uploaded; 228 is chance; folders may be longer', async () => {
    const upload = async (bytes: number) => (await dav.put('n'.repeat(bytes), 'x')).status;
    expect(await upload(227)).to.equal(201);
    expect(await upload(228)).to.equal(400);
    expect(await upload(229)).to.equal(400);
    expect((await dav.ask('MKCOL', 'f'.repeat(255))).status).to.equal(201);
    expect((await dav.ask('DELETE', 'f'.repeat(255))).status).to.equal(403);
    expect((await dav.move('n'.repeat(227), 'm'.repeat(255))).status).to.equal(201);
    await dav.server.stop();
    dav = await Asking.start({ fits228: () => true });
    expect(await upload(228)).to.equal(201);
  });

  it('forbidden names are refused as recorded', async () => {
    for (const [name, status] of [
      ['.htaccess', 403],
      ['.HtAccess', 403],
      ['a.part', 400],
      ['a.filepart', 400],
      ['a%5Cb', 400],
      ['*', 400],
      ['a%01b', 400],
      ['a%2Fb', 404],
      ['.ownsync', 201],
      ['CON', 201],
      ['trailing.', 201],
    ] as const) {
      expect((await dav.put(name, 'x')).status, name).to.equal(status);
    }
  });

  it('of racers, two may be told that they won, where the server is so; else exactly one', async () => {
    const race = async (round: number) => {
      for (const racer of [1, 2, 3]) {
        await dav.ask('MKCOL', `racer${String(racer)}`);
        await dav.put(`racer${String(racer)}/holder`, 'x');
      }
      const goal = `goal${String(round)}`;
      const answers = await Promise.all(
        [1, 2, 3].map((racer) => dav.move(`racer${String(racer)}`, goal, { overwrite: 'F' })),
      );
      return answers.filter(({ status }) => status < 300).length;
    };
    for (let round = 0; round < 5; round += 1) expect(await race(round)).to.equal(1);
    await dav.server.stop();
    dav = await Asking.start({ racy: true });
    // Chance: on a busy computer they may come one after the other.
    let winners = 0;
    for (let round = 0; round < 200 && winners < 2; round += 1) winners = await race(round);
    expect(winners).to.be.greaterThan(1);
  });
});
