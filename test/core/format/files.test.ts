/** Segments and masters: read back as written, and never read when a single byte is missing or other. */
import { expect } from 'chai';
import fc from 'fast-check';
import { FormatError, openLines, sealLines } from '../../../src/core/format/json-lines.ts';
import { decodeMaster, encodeMaster } from '../../../src/core/format/master-file.ts';
import { decodeSegment, encodeSegment } from '../../../src/core/format/segment.ts';
import { SLOW_RUNS } from '../arbitraries.ts';
import { anyMaster, anySegment, digestOf, master, segment } from './samples.ts';

interface Codec {
  readonly name: string;
  readonly text: string;
  readonly decode: (text: string) => unknown;
}

const codecs: readonly Codec[] = [
  {
    name: 'a segment',
    text: encodeSegment(segment, digestOf),
    decode: (text) => decodeSegment(text, segment, digestOf),
  },
  {
    name: 'a master',
    text: encodeMaster(master, digestOf),
    decode: (text) => decodeMaster(text, digestOf),
  },
];

/** The text is refused as what it is, not by an accident. */
function refuses(decode: (text: string) => unknown, text: string): void {
  let outcome: unknown;
  try {
    outcome = decode(text);
  } catch (error) {
    outcome = error;
  }
  if (!(outcome instanceof FormatError)) {
    expect.fail(`not refused: ${text} gave ${JSON.stringify(outcome)}`);
  }
}

describe('what is read back is what was written', () => {
  it('for segments', () => {
    fc.assert(
      fc.property(anySegment, (made) => {
        expect(decodeSegment(encodeSegment(made, digestOf), made, digestOf)).to.deep.equal(made);
      }),
      SLOW_RUNS,
    );
  });

  it('for masters', () => {
    fc.assert(
      fc.property(anyMaster, (made) => {
        expect(decodeMaster(encodeMaster(made, digestOf), digestOf)).to.deep.equal(made);
      }),
      SLOW_RUNS,
    );
  });

  it('a segment says the same in the same bytes', () => {
    fc.assert(
      fc.property(anySegment, (made) => {
        const text = encodeSegment(made, digestOf);
        const again = encodeSegment(decodeSegment(text, made, digestOf), digestOf);
        expect(again).to.equal(text);
      }),
      SLOW_RUNS,
    );
  });
});

describe('what is damaged is refused', () => {
  for (const { name, text, decode } of codecs) {
    it(`${name} that is whole is read`, () => {
      decode(text);
    });

    it(`${name} cut at any byte`, () => {
      for (let length = 0; length < text.length; length++) {
        refuses(decode, text.slice(0, length));
      }
    });

    it(`${name} without any first part`, () => {
      for (let start = 1; start < text.length; start++) {
        refuses(decode, text.slice(start));
      }
    });

    it(`${name} with any byte changed`, () => {
      const bytes = Buffer.from(text);
      for (let i = 0; i < bytes.length; i++) {
        for (const mask of [1, 2, 32, 128]) {
          const flipped = Buffer.from(bytes);
          flipped[i] = (flipped[i] ?? 0) ^ mask;
          refuses(decode, flipped.toString('latin1'));
          refuses(decode, flipped.toString());
        }
      }
    });

    it(`${name} with a line taken out, doubled or moved`, () => {
      const lines = text.split('\n').slice(0, -1);
      lines.forEach((line, i) => {
        const without = lines.filter((_, j) => j !== i);
        refuses(decode, `${without.join('\n')}\n`);
        refuses(decode, `${[...without, line].join('\n')}\n\n`);
        refuses(decode, `${[line, ...lines].join('\n')}\n`);
      });
    });

    it(`${name} with something after its end`, () => {
      for (const more of [' ', '\n', '{}\n', text]) {
        refuses(decode, text + more);
      }
    });

    it(`${name} with nothing, or with something else in it`, () => {
      for (const other of ['', '\n', 'x', '{}\n', '[]\n', 'null\n', '{"end":true}\n', '\0\0\n']) {
        refuses(decode, other);
      }
    });
  }

  it('a closing line that is no object', () => {
    for (const end of ['null', '1', '"x"', '[]', 'true']) {
      refuses((text) => openLines(text, digestOf), `{}\n${end}\n`);
    }
  });

  it('lines between whole lines and the end are all there', () => {
    const lines = [{ a: 1 }, 'é', [1, null]];
    expect(openLines(sealLines(lines, digestOf), digestOf)).to.deep.equal(lines);
    expect(openLines(sealLines([], digestOf), digestOf)).to.deep.equal([]);
  });
});
