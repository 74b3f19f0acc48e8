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
});
