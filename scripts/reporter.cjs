/**
 * Mocha's own list of tests, the files that took longest, and the counts as one line of JSON in the file that
 * OWNSYNC_TEST_SUMMARY names, for `.ci/run`. Must add nothing to what mocha decides: it only writes down the figures.
 */
'use strict';

const { writeFileSync } = require('node:fs');
const { relative } = require('node:path');
const { performance } = require('node:perf_hooks');
const { reporters, Runner } = require('mocha');

const toldFiles = 15;
const { EVENT_RUN_END, EVENT_TEST_END, EVENT_SUITE_END } = Runner.constants;

module.exports = class SummaryReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.OWNSYNC_TEST_SUMMARY;
    if (file === undefined || file === '') return;
    const milliseconds = timeByFile(runner);
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures, pending } = runner.stats;
      writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
      tellSlowest(milliseconds);
    });
  }
};

/** What passes between two events, hooks included, counts for the file of the later one. */
function timeByFile(runner) {
  const milliseconds = new Map();
  let last = performance.now();
  const count = ({ file }) => {
    const now = performance.now();
    if (file !== undefined) milliseconds.set(file, (milliseconds.get(file) ?? 0) + now - last);
    last = now;
  };
  runner.on(EVENT_TEST_END, count);
  runner.on(EVENT_SUITE_END, count);
  return milliseconds;
}

function tellSlowest(milliseconds) {
  const slowest = [...milliseconds].sort(([, a], [, b]) => b - a).slice(0, toldFiles);
  process.stdout.write('\n  the slowest files, in seconds\n');
  for (const [file, spent] of slowest) {
    const seconds = (spent / 1000).toFixed(0).padStart(5);
    process.stdout.write(`  ${seconds}  ${relative(process.cwd(), file)}\n`);
  }
}
