# Clients for Node that are no dependency of ours: each in a folder of its own, never in package.json.

install_minio_js() {
  local folder=$cache/minio-js package=minio@8.0.7
  [ "$(cat "$folder/.installed" 2>/dev/null)" = "$package" ] && return 0
  rm -rf "$folder" && mkdir -p "$folder" || return 1
  timeout 300 npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error "$package" || return 1
  printf '%s\n' "$package" >"$folder/.installed"
}
version_of_minio_js() { cat "$cache/minio-js/.installed"; }
