/**
 * The door `ownsync/testkit` for authors of transport plugins. It re-exports and holds nothing of its own;
 * the program itself must never import it.
 */
export { MemoryStore, type MemorySnapshot } from './memory-store.ts';
export { openMemoryTransport, type Gate, type MemoryTransportOptions } from './memory-transport.ts';
export type { MemoryProfile } from './memory-profile.ts';
export {
  conformanceGroups,
  describeTransport,
  type ConformanceOptions,
  type Setup,
  type SetupContext,
} from './conformance/index.ts';
export type {
  Bench,
  CaseContext,
  CaseLimits,
  ConformanceCase,
  ConformanceGroup,
  Outside,
} from './conformance/case.ts';
export { runCase, type CaseSettings } from './conformance/run.ts';
export {
  ftpPersonalities,
  startFtpServer,
  type FtpCommand,
  type FtpFault,
  type FtpQuirks,
  type FtpServer,
  type FtpServerOptions,
  type FtpTimes,
} from './ftp-server/index.ts';
export {
  startOwncloudServer,
  type OwncloudAnswer,
  type OwncloudFault,
  type OwncloudFiles,
  type OwncloudRequest,
  type OwncloudServer,
  type OwncloudServerOptions,
} from './owncloud-server/index.ts';
