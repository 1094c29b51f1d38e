# Clients that Debian carries. Its security updates replace versions, so these are not pinned.

# apt needs root; where it is missing, a client that is already there still counts.
install_debian() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || { echo "needs root and apt to install $1"; return 1; }
  export DEBIAN_FRONTEND=noninteractive
  # One update serves every package of a run.
  [ -n "${updated:-}" ] || timeout 300 apt-get update -qq || return 1
  updated=yes
  timeout 600 apt-get install -y -qq --no-install-recommends "$1"
}

install_curl() { command -v curl >/dev/null || install_debian curl; }
version_of_curl() { curl --version | cut -d' ' -f1-2; }

install_aws_cli_v2() {
  local program=${AWS_CLI_V2:-/usr/bin/aws}
  "$program" --version 2>&1 | grep -q '^aws-cli/2' && return 0
  [ -z "${AWS_CLI_V2:-}" ] || { echo "AWS_CLI_V2 names no AWS CLI v2"; return 1; }
  install_debian awscli
}
version_of_aws_cli_v2() { "${AWS_CLI_V2:-/usr/bin/aws}" --version 2>&1; }

# Of 2022: what many machines still have. The newest one is built in go.sh.
install_rclone_debian() { [ -x /usr/bin/rclone ] || install_debian rclone; }
version_of_rclone_debian() { /usr/bin/rclone version; }

install_restic() { [ -x /usr/bin/restic ] || install_debian restic; }
version_of_restic() { /usr/bin/restic version; }

install_s3fs_fuse() {
  [ -c /dev/fuse ] || left_out 'this machine has no /dev/fuse to mount with' || return
  [ -x /usr/bin/s3fs ] || install_debian s3fs
}
version_of_s3fs_fuse() { /usr/bin/s3fs --version; }

# Proxies, of which a test starts its own: run level 1 keeps the package from starting one of the machine's.
install_nginx() { [ -x /usr/sbin/nginx ] || RUNLEVEL=1 install_debian nginx-light; }
version_of_nginx() { /usr/sbin/nginx -v 2>&1; }

install_haproxy() { [ -x /usr/sbin/haproxy ] || RUNLEVEL=1 install_debian haproxy; }
version_of_haproxy() { /usr/sbin/haproxy -v; }

install_caddy() { [ -x /usr/bin/caddy ] || RUNLEVEL=1 install_debian caddy; }
version_of_caddy() { /usr/bin/caddy version; }

install_apache() { [ -x /usr/sbin/apache2 ] || install_debian apache2-bin; }
version_of_apache() { /usr/sbin/apache2 -v; }
