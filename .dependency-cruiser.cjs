/**
 * Which part may know which. Every rule here is broken on purpose in test/project/boundaries.test.ts and must be reported
 * there by its name: a check that can pass blind is worse than none.
 */
'use strict';

const pure = '^src/core/(model|decide|format)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'core-reaches-no-effects',
      comment: 'The engine gets the world through ports, so that a simulation can stand in for it.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { path: '^(plugins|src/host|src/transport|src/config|src/testkit)/', reachable: true },
    },
    {
      name: 'core-stays-in-core',
      comment: 'What the core knows of the program is in src/core/ports.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { path: '^(src|plugins|test|scripts)/', pathNot: '^src/core/' },
    },
    {
      name: 'pure-reaches-no-node-module',
      comment:
        'Deciding must be possible without a disk, a clock or a network, even through a third file.',
      severity: 'error',
      from: { path: pure },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-reaches-only-pure',
      comment: 'Neither the engine nor a port that acts; types of ports tell no more than shapes.',
      severity: 'error',
      from: { path: pure },
      to: { path: '^(src|plugins|test|scripts)/', pathNot: [pure, '^src/core/ports/'] },
    },
    {
      name: 'pure-takes-only-types-of-ports',
      severity: 'error',
      from: { path: pure },
      to: { path: '^src/core/ports/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-uses-no-package',
      comment: 'zod reads what others wrote; everything else would bring its own effects.',
      severity: 'error',
      from: { path: pure },
      to: { path: 'node_modules/', pathNot: 'node_modules/zod/' },
    },
    {
      name: 'engine-reaches-no-node-module',
      comment: 'Disk, clock, chance, hashing and compression are ports.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'ports-know-no-core',
      comment: 'Ports are shapes that everything else hangs on; they hang on nothing.',
      severity: 'error',
      from: { path: '^src/core/ports/' },
      to: { pathNot: '^src/core/ports/' },
    },
    {
      name: 'plugin-reaches-only-plugin-api',
      comment:
        'A plugin by somebody else can import nothing more; the built-in ones must not either.',
      severity: 'error',
      from: { path: '^plugins/([^/]+)/' },
      to: { path: '^(src|test|scripts)/', pathNot: '^src/plugin-api\\.ts$' },
    },
    {
      name: 'plugin-reaches-no-other-plugin',
      severity: 'error',
      from: { path: '^plugins/([^/]+)/' },
      to: { path: '^plugins/', pathNot: '^plugins/$1/' },
    },
    {
      name: 'plugin-ftp-uses-only-its-library',
      severity: 'error',
      from: { path: '^plugins/ftp/' },
      to: { path: 'node_modules/', pathNot: 'node_modules/basic-ftp/' },
    },
    {
      name: 'plugin-mount-uses-no-library',
      severity: 'error',
      from: { path: '^plugins/mount/' },
      to: { path: 'node_modules/' },
    },
    {
      name: 'plugin-sftp-uses-only-its-libraries',
      severity: 'error',
      from: { path: '^plugins/sftp/' },
      to: { path: 'node_modules/', pathNot: 'node_modules/(ssh2|ssh2-sftp-client)/' },
    },
    {
      name: 'plugin-webdav-uses-only-its-libraries',
      severity: 'error',
      from: { path: '^plugins/webdav/' },
      to: { path: 'node_modules/', pathNot: 'node_modules/(webdav|fast-xml-parser)/' },
    },
    {
      name: 'only-the-loader-reaches-plugins',
      comment:
        'Plugins are loaded by name; a direct import would load their libraries with every command.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/transport/' },
      to: { path: '^plugins/' },
    },
    {
      name: 'client-libraries-only-in-plugins',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: 'node_modules/(basic-ftp|ssh2|ssh2-sftp-client|webdav|fast-xml-parser)/' },
    },
    {
      name: 'yargs-only-in-cli',
      comment: 'Only the command line reads arguments, prints, or exits.',
      severity: 'error',
      from: { path: '^(src|plugins)/', pathNot: '^src/cli(\\.ts$|/)' },
      to: { path: 'node_modules/yargs/' },
    },
    {
      name: 'nothing-reaches-tests',
      severity: 'error',
      from: { path: '^(src|plugins|scripts)/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-development-package-in-the-program',
      comment: 'The testkit is for authors of plugins, who have mocha and chai themselves.',
      severity: 'error',
      from: { path: '^(src|plugins)/', pathNot: '^src/testkit/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'program-runs-without-test-packages',
      comment:
        'Who installs ownsync has no mocha; the demo takes single files of the testkit, not its suites.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/testkit/' },
      to: { path: 'node_modules/(mocha|chai|fast-check)/', reachable: true },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'not-resolvable',
      comment: 'What cannot be resolved cannot be checked either.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // What is built is these sources once more.
    exclude: { path: '^dist/' },
    // Type imports count: a type from the wrong place is a dependency of understanding.
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
