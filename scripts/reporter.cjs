/**
 * Mocha's own list of tests, and the counts as one line of JSON in the file that OWNSYNC_TEST_SUMMARY names, for `.ci/run`.
 * Must add nothing to what mocha decides: it only writes down the figures.
 */
'use strict';

const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

module.exports = class SummaryReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.OWNSYNC_TEST_SUMMARY;
    if (file === undefined || file === '') return;
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = runner.stats;
      writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
    });
  }
};
