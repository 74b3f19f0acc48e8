#!/bin/sh
# Fetches the real servers that the tests run against: proftpd, vsftpd, pure-ftpd, openssh,
# Apache and lighttpd, and davfs2 and sshfs to mount their shares (Debian or Ubuntu).
# Their packages exclude one another, so each is unpacked into a folder of its own below
# ${OWNSYNC_SERVERS:-$HOME/.cache/ownsync-servers}, together with the libraries it needs. Nothing is installed or
# started, nothing outside that folder is changed, and a second run does nothing.
set -eu

target=${OWNSYNC_SERVERS:-$HOME/.cache/ownsync-servers}

if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
  echo "install.sh: needs apt-get and dpkg (Debian, Ubuntu)" >&2
  exit 1
fi

# package -> what must exist afterwards
unpack() {
  name=$1
  shift
  if [ -e "$target/$name/.complete" ]; then
    echo "$name: there already"
    return
  fi
  work=$(mktemp -d "${TMPDIR:-/tmp}/ownsync-test-servers.XXXXXX")
  # apt-get download as root wants a folder that its own user may write to.
  chmod 755 "$work"
  (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$@")
  rm -rf "$target/$name.new" "${target:?}/$name"
  mkdir -p "$target/$name.new"
  for package in "$work"/*.deb; do
    dpkg -x "$package" "$target/$name.new"
  done
  rm -rf "$work"
  touch "$target/$name.new/.complete"
  mv "$target/$name.new" "$target/$name"
  echo "$name: unpacked"
}

# Libraries: their package names differ between releases, so those that do not exist here are left out.
existing() {
  apt-cache --no-all-versions show "$@" 2>/dev/null | sed -n 's/^Package: //p' | sort -u
}

missing_libraries() {
  for binary in "$@"; do
    LD_LIBRARY_PATH="$(find "$(dirname "$(dirname "$(dirname "$binary")")")" -type d -path '*lib/*-linux-*' -prune | tr '\n' ':')" \
      ldd "$binary" | grep 'not found' | sed "s|^|$binary: |" || true
  done
}

mkdir -p "$target"
for name in proftpd vsftpd pure-ftpd openssh apache lighttpd davfs2 sshfs; do
  [ -e "$target/$name/.complete" ] || stale=yes
done
if [ "${stale:-no}" = yes ] && [ "$(id -u)" = 0 ]; then
  apt-get -qq update
fi

if [ "${stale:-no}" = yes ]; then
  libraries=$(existing libhiredis0.14 libhiredis1.1.0 libmemcached11 libmemcached11t64 libmemcachedutil2 libmemcachedutil2t64 \
    libhashkit2 libhashkit2t64 libpcre2-posix3 libpcre2-8-0 libsodium23 libwrap0 libnsl2 libtirpc3 libtirpc3t64)
  # shellcheck disable=SC2046,SC2086
  unpack proftpd proftpd-core $(existing proftpd-mod-crypto) $libraries
  # shellcheck disable=SC2086
  unpack vsftpd vsftpd $libraries
  # shellcheck disable=SC2086
  unpack pure-ftpd pure-ftpd pure-ftpd-common $libraries
  # shellcheck disable=SC2046
  unpack openssh openssh-server openssh-sftp-server openssh-client $(existing libwrap0 libwtmpdb0 libgssapi-krb5-2 \
    libkrb5-3 libkrb5support0 libk5crypto3 libkeyutils1 libselinux1 libaudit1 libpam0g libcom-err2)
  # shellcheck disable=SC2046
  unpack apache apache2-bin $(existing libapr1 libapr1t64 libaprutil1 libaprutil1t64 libpcre2-8-0 libexpat1)
  # Large: only where the system has them not.
  xml=''
  ldconfig -p | grep -q 'libxml2\.so' || xml=$(existing libxml2 libxml2-16 libicu72 libicu74 libicu76)
  # shellcheck disable=SC2046,SC2086
  unpack lighttpd lighttpd lighttpd-mod-webdav lighttpd-mod-openssl $xml \
    $(existing libpcre2-8-0 libxxhash0 libnettle8 libnettle8t64 libsqlite3-0 libuuid1)
  # shellcheck disable=SC2046,SC2086
  unpack davfs2 davfs2 $xml $(existing libneon27 libneon27t64 libgssapi-krb5-2 libkrb5-3 libkrb5support0 libk5crypto3 \
    libkeyutils1 libcom-err2)
  # shellcheck disable=SC2046
  unpack sshfs sshfs $(existing libfuse3-3 libfuse3-4 libglib2.0-0 libglib2.0-0t64 libpcre2-8-0)
fi

missing=$(missing_libraries "$target/proftpd/usr/sbin/proftpd" "$target/vsftpd/usr/sbin/vsftpd" "$target/pure-ftpd/usr/sbin/pure-ftpd" \
  "$target/openssh/usr/sbin/sshd" "$target/apache/usr/sbin/apache2" "$target/lighttpd/usr/sbin/lighttpd" \
  "$target/davfs2/usr/sbin/mount.davfs" "$target/sshfs/usr/bin/sshfs" \
  "$target"/apache/usr/lib/apache2/modules/mod_dav*.so "$target"/lighttpd/usr/lib/lighttpd/mod_webdav.so)
if [ -n "$missing" ]; then
  echo "install.sh: libraries are missing:" >&2
  echo "$missing" >&2
  exit 1
fi
echo "servers are in $target"
