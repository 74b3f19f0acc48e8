/**
 * Sizes as a person writes them: `500MB`, `2 TB`. Pure text to bytes, by thousands as disks are sold; never guesses a unit.
 */
const UNITS: Readonly<Record<string, number>> = { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** What a size looks like; also in the JSON schema. */
export const SIZE_PATTERN = /^\d+(\.\d+)?\s?(kB|MB|GB|TB)$/;

export const SIZE_HELP = 'a size such as 500MB, 5GB or 1TB';

/** Bytes, or undefined when the text is no size. */
export function parseSize(text: string): number | undefined {
  if (!SIZE_PATTERN.test(text)) return undefined;
  const unit = UNITS[text.replace(/^[\d.\s]+/, '')];
  return unit === undefined ? undefined : Math.round(Number.parseFloat(text) * unit);
}
