/** The real FTP servers for tests: find, start and stop them. See install.sh for how they come onto a computer. */
export { findServer, serverOwner } from './harness.ts';
export type { RunningServer, ServerName, ServerOptions } from './harness.ts';
export { startProftpd } from './proftpd.ts';
export { startPureFtpd } from './pure-ftpd.ts';
export { startVsftpd } from './vsftpd.ts';
