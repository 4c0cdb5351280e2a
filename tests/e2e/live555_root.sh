#!/bin/sh
# Makes a folder with VLC as Debian unstable builds it: with live555, which that of Debian 12 and 13
# lacks; some 300 MB. As root, on Debian:
#
#     sh tests/e2e/live555_root.sh /tmp/live555
#     SLUICE_LIVE555_ROOT=/tmp/live555 deno task test tests/e2e/rtsp_live555_test.ts
set -eu
root=$1
apt=$root/apt
mkdir -p "$apt/lists/partial" "$apt/archives/partial"
: > "$apt/status"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keys] http://deb.debian.org/debian sid main" > "$apt/sources"
get() {
  apt-get -q -y --no-install-recommends -o Dir::Etc::sourcelist="$apt/sources" \
    -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt" \
    -o Dir::State::status="$apt/status" -o APT::Sandbox::User=root "$@"
}
get update
get install --download-only vlc-bin vlc-plugin-base vlc-plugin-access-extra
for package in "$apt"/archives/*.deb; do dpkg-deb -x "$package" "$root"; done
rm -r "$apt"
cp /etc/passwd /etc/group "$root/etc"
mkdir -p "$root/tmp"
chmod 1777 "$root/tmp"
