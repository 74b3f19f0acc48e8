/** The real servers for tests: find, start and stop them. See install.sh for how they come onto a computer. */
export { startApache } from './apache.ts';
export type { DavServer, DavServerOptions } from './apache.ts';
export { findServer, serverOwner } from './harness.ts';
export type { RunningServer, ServerName, ServerOptions } from './harness.ts';
export { startLighttpd } from './lighttpd.ts';
export { startOpenssh } from './openssh.ts';
export type { SshServer, SshServerOptions } from './openssh.ts';
export { startProftpd } from './proftpd.ts';
export { startProftpdSftp } from './proftpd-sftp.ts';
export { startPureFtpd } from './pure-ftpd.ts';
export { startVsftpd } from './vsftpd.ts';
