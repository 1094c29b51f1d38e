# Clients in Go, built from source. They share what they download and compile, which goes when all are built.

# `go_tool COMMAND...` runs within the seconds that are left for builds; 124 says that they are up. In the foreground, so
# that it ends with whoever ends the installation.
go_tool() {
  local left=$((build_seconds - SECONDS))
  [ "$left" -gt 0 ] || return 124
  GOBIN=$cache/bin GOPATH=$cache/go GOCACHE=$cache/go-build GOFLAGS=-modcacherw \
    timeout --foreground "$left" go "$@"
}

have_go() { command -v go >/dev/null || { echo 'Go is not installed, and this client is built from its source'; return 1; }; }

# `go_install PROGRAM MODULE@VERSION`; the stamp keeps the version, which not every program knows of itself.
go_install() {
  [ -x "$cache/bin/$1" ] && [ "$(cat "$cache/bin/$1.installed" 2>/dev/null)" = "$2" ] && return 0
  have_go || return 1
  go_tool install "$2"
  local status=$?
  [ $status = 0 ] || unfinished=yes
  [ $status != 124 ] || echo "its build did not end within the $build_seconds s for all builds; the next run goes on with it"
  [ $status = 0 ] || return $status
  printf '%s\n' "$2" >"$cache/bin/$1.installed"
}
go_installed() { cat "$cache/bin/$1.installed"; }

# Half a build is worth keeping for the next run; a whole one is not.
forget_builds() { [ -n "${unfinished:-}" ] || rm -rf "$cache/go" "$cache/go-build"; }

# Caches of before the stamps have it, and it knows its version.
install_k6() { "$cache/bin/k6" version 2>/dev/null | grep -qF 'v1.8.1 ' || go_install k6 go.k6.io/k6@v1.8.1; }
version_of_k6() { "$cache/bin/k6" version; }

# Debian's `mc` is another program.
install_mc() { go_install mc github.com/minio/mc@v0.0.0-20250313080218-cf909e1063a9; }
version_of_mc() { go_installed mc; }

# The longest of the builds; where time is short, Debian's rclone stands for both.
install_rclone() {
  go_install rclone github.com/rclone/rclone@v1.75.1
  local status=$?
  [ $status != 124 ] || left_out "$(tail -n 1 "$cache/rclone.log")" || return
  return $status
}
version_of_rclone() { "$cache/bin/rclone" version; }

install_opentofu() {
  local version=v1.12.6 source=$cache/opentofu-source
  [ "$(cat "$cache/bin/tofu.installed" 2>/dev/null)" = "$version" ] && return 0
  [ "${ASHLAR_OPENTOFU:-}" = 1 ] || left_out 'its build takes a quarter of an hour; ASHLAR_OPENTOFU=1 asks for it' || return
  have_go || return 1
  # Its go.mod has replacements, with which `go install` of a module by name refuses to work.
  build_seconds=$((SECONDS + 1800))
  local folder
  folder=$(go_tool mod download -json "github.com/opentofu/opentofu@$version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  [ -n "$folder" ] || { echo "the module of OpenTofu $version could not be downloaded"; return 1; }
  rm -rf "$source"
  cp -r "$folder" "$source" && chmod -R u+w "$source" || return 1
  (cd "$source" && go_tool build -o "$cache/bin/tofu" ./cmd/tofu) || { unfinished=yes; return 1; }
  rm -rf "$source"
  printf '%s\n' "$version" >"$cache/bin/tofu.installed"
}
version_of_opentofu() { "$cache/bin/tofu" version 2>/dev/null | grep '^OpenTofu'; }
