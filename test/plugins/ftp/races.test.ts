/** The plugin when others change the store between two of its own commands. */
import { expect } from 'chai';
import { ended, open, scripted, signal, source } from './support.ts';

describe('ftp: others at work', () => {
  afterEach(ended);

  it('a directory that comes just after it was refused is listed', async () => {
    const server = await scripted({ quirks: { mlsd: false, reasons: false } });
    const { transport } = await open(server);
    await transport.makeDirectory('lease', signal);
    await transport.write('lease/holder', source('me'), signal);
    let refused = 0;
    server.setScript(({ verb, argument }) => {
      if (verb !== 'CWD' || !argument.endsWith('/lease') || refused > 0) return undefined;
      refused += 1;
      return { instead: '550 Failed to change directory.' };
    });
    const { entries } = await transport.list('lease', signal);
    expect(entries.map(({ name }) => name)).to.deep.equal(['holder']);
    expect(refused).to.equal(1);
  });

  it('a transfer that was given up and answered twice puts no later reply out of step', async () => {
    const server = await scripted();
    const { transport } = await open(server, { connections: 1 });
    await writeFile(join(server.root, 'file'), Buffer.alloc(20_000_000));
    await writeFile(join(server.root, 'small'), 'four');
    server.setScript(({ verb }) =>
      verb === 'RETR' ? { answer: '426 Aborted.\r\n226 Abort successful.' } : undefined,
    );
    for (let time = 0; time < 3; time++) {
      const { stream } = await transport.read('file', 0, signal);
      for await (const chunk of stream) {
        expect(chunk.length).to.be.greaterThan(0);
        break;
      }
      const found = await transport.look('small', signal);
      expect(found === 'absent' ? found : found.stamp.size).to.equal(4);
      await transport.rename('small', 'other', signal);
      await transport.rename('other', 'small', signal);
    }
  });
});
