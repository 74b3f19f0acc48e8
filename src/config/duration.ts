/**
 * Durations as a person writes them: `10s`, `5min`, `30d`. Pure text to milliseconds; never guesses a unit.
 */
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** What a duration looks like; also in the JSON schema. */
export const DURATION_PATTERN = /^\d+(\.\d+)?\s?(ms|s|min|h|d|w)$/;

export const DURATION_HELP = 'a duration such as 10s, 5min, 24h or 30d';

/** Milliseconds, or undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION_PATTERN.test(text)) return undefined;
  const unit = UNITS[text.replace(/^[\d.\s]+/, '')];
  return unit === undefined ? undefined : Math.round(Number.parseFloat(text) * unit);
}
