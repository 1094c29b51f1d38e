# Clients for Node that are no dependency of ours: each in a folder of its own, never in package.json.

# install_packages FOLDER PACKAGE@VERSION...
install_packages() {
  local folder=$cache/$1
  shift
  [ "$(cat "$folder/.installed" 2>/dev/null)" = "$*" ] && return 0
  rm -rf "$folder" && mkdir -p "$folder" || return 1
  timeout 300 npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error "$@" || return 1
  printf '%s\n' "$*" >"$folder/.installed"
}

install_minio_js() { install_packages minio-js minio@8.0.7; }
version_of_minio_js() { cat "$cache/minio-js/.installed"; }

# Debian's Chromium, what drives it (Playwright's own browsers are not asked for), and the last SDK of AWS that comes bundled
# for pages. The link is there when all are.
install_browser() {
  command -v chromium >/dev/null || install_debian chromium || return 1
  install_packages browser playwright-core@1.65.1 aws-sdk@2.1693.0 || return 1
  ln -sf "$(command -v chromium)" "$cache/browser/chromium"
}
version_of_browser() { "$cache/browser/chromium" --version 2>/dev/null; }
