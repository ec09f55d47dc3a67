#!/usr/bin/env bash
# Builds the Debian package from a build tree, unpacks it, and starts the packaged daemon as systemd would.
# Usage: package_test.sh BUILD-FOLDER [DEB]     (with DEB: tests that package, builds none)
# Needs no root and no running systemd. Prints what failed and exits 1.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?expected a build folder}" && pwd)
deb=${2:-}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
  echo "package: $*" >&2
  exit 1
}

if [ -z "$deb" ]; then
  cmake --build "$build" --target rftd rftctl rftd-script
  (cd "$build" && cpack --config CPackConfig.cmake -B "$folder/made" >"$folder/cpack.log" 2>&1) ||
    { cat "$folder/cpack.log" >&2 && fail "cpack failed"; }
  deb=$(find "$folder/made" -maxdepth 1 -name 'rftd_*.deb')
fi
[ -f "$deb" ] || fail "expected one package, found '$deb'"

prefix=$folder/unpacked
dpkg -x "$deb" "$prefix"
dpkg -e "$deb" "$folder/control"
for file in usr/bin/rftd usr/bin/rftctl usr/lib/systemd/system/rftd.service usr/lib/sysusers.d/rftd.conf \
  usr/lib/tmpfiles.d/rftd.conf etc/rftd/rftd.toml usr/share/doc/rftd/copyright usr/share/rftd/openapi/openapi.yaml \
  usr/share/rftd/assets/o200k_base.tiktoken usr/share/rftd/sample/chess_tutor.jsonl \
  usr/share/bash-completion/completions/rftctl; do
  [ -s "$prefix/$file" ] || fail "expected $file in the package, found $(cd "$prefix" && find . -type f | tr '\n' ' ')"
done
grep -qx /etc/rftd/rftd.toml "$folder/control/conffiles" || fail "the configuration is no conffile"
for script in postinst prerm postrm; do
  [ -x "$folder/control/$script" ] && sh -n "$folder/control/$script" || fail "$script is no script"
done
grep -q '^Depends:.*librocksdb' "$folder/control/control" || fail "no dependency on librocksdb was found"
if dpkg-deb --contents "$deb" | awk '{print $2}' | grep -qv '^root/root$'; then fail "files that root does not own"; fi

# The unit: no unknown key, and little that a break-in could reach.
unit=$folder/rftd.service
sed "s#/usr/bin/rftd#$prefix/usr/bin/rftd#" "$prefix/usr/lib/systemd/system/rftd.service" >"$unit"
systemd-analyze verify --recursive-errors=one "$unit" 2>"$folder/verify" || { cat "$folder/verify" >&2 && fail "systemd-analyze verify"; }
[ ! -s "$folder/verify" ] || { cat "$folder/verify" >&2 && fail "systemd-analyze verify warns"; }
systemd-analyze security --offline=yes --threshold=20 "$unit" >"$folder/security" 2>&1 ||
  { tail -1 "$folder/security" >&2 && fail "the exposure is over 2.0"; }
exposure=$(grep -oE 'level for .*: [0-9.]+' "$folder/security" | grep -oE '[0-9.]+$')
if command -v systemd-sysusers >/dev/null; then
  systemd-sysusers --root="$prefix" --dry-run rftd.conf >/dev/null 2>&1 || fail "sysusers"
fi

# The configuration as shipped, and with every commented key switched on.
"$prefix/usr/bin/rftd" --config "$prefix/etc/rftd/rftd.toml" --check-config >/dev/null || fail "the configuration"
sed -E 's/^#([a-z_\[])/\1/' "$prefix/etc/rftd/rftd.toml" >"$folder/all.toml"
mkdir -p "$folder/web" && : >"$folder/tls.crt" && : >"$folder/tls.key"
sed -i "s#/usr/share/rftd/web#$folder/web#; s#/etc/rftd/tls#$folder/tls#" "$folder/all.toml"
"$prefix/usr/bin/rftd" --config "$folder/all.toml" --check-config >/dev/null || fail "a key of the configuration"

python3 -B "$here/notify_check.py" "$prefix/usr/bin/rftd" "$folder/data" || fail "the daemon"
echo "package: $(basename "$deb"), exposure $exposure"
