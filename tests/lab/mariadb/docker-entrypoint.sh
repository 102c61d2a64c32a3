#!/bin/bash
# The entrypoint of the stand-in for mariadb:11. It honours the variables of the official image that make accounts and a
# database, and starts in the same two phases: a temporary server without network first where the data folder is empty.
set -euo pipefail

data=/var/lib/mysql
socket=/run/mysqld/mysqld.sock

note() { echo "$(date --utc '+%F %T') [Note] [Entrypoint]: $*"; }
fail() {
  echo "$(date --utc '+%F %T') [ERROR] [Entrypoint]: $*" >&2
  exit 1
}

# given NAME: MARIADB_NAME, or the text of the file MARIADB_NAME_FILE, or the same under MySQL's names.
given() {
  local prefix variable
  for prefix in MARIADB MYSQL; do
    variable=${prefix}_$1
    if [ -n "${!variable:-}" ]; then echo "${!variable}" && return; fi
    variable=${variable}_FILE
    if [ -n "${!variable:-}" ]; then cat "${!variable}" && return; fi
  done
}

# quoted TEXT: as a string of SQL.
quoted() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\'\'}"
}

client() { mariadb --no-defaults --user=root --socket="$socket" "$@"; }

accounts() {
  local host root=$1 health=$2 database user password
  host=$(given ROOT_HOST)
  database=$(given DATABASE)
  user=$(given USER)
  password=$(given PASSWORD)
  echo "CREATE USER 'root'@$(quoted "${host:-%}") IDENTIFIED BY $(quoted "$root");"
  echo "GRANT ALL ON *.* TO 'root'@$(quoted "${host:-%}") WITH GRANT OPTION;"
  # The user of healthcheck.sh, who may do nothing but sign in.
  for host in 127.0.0.1 ::1 localhost; do
    echo "CREATE USER 'healthcheck'@'$host' IDENTIFIED BY $(quoted "$health");"
  done
  [ -z "$database" ] || echo "CREATE DATABASE IF NOT EXISTS \`$database\`;"
  if [ -n "$user" ] && [ -n "$password" ]; then
    echo "CREATE USER $(quoted "$user")@'%' IDENTIFIED BY $(quoted "$password");"
    [ -z "$database" ] || echo "GRANT ALL ON \`${database//_/\\_}\`.* TO $(quoted "$user")@'%';"
  fi
  # Last, for from here on root needs the password.
  echo "ALTER USER 'root'@'localhost' IDENTIFIED BY $(quoted "$root");"
}

first_start() {
  local root health server
  root=$(given ROOT_PASSWORD)
  if [ -z "$root" ] && [ -n "$(given RANDOM_ROOT_PASSWORD)" ]; then
    root=$(head -c 24 /dev/urandom | base64)
    note "GENERATED ROOT PASSWORD: $root"
  fi
  if [ -z "$root$(given ALLOW_EMPTY_ROOT_PASSWORD)$(given ALLOW_EMPTY_PASSWORD)" ]; then
    fail "Database is uninitialized and password option is not specified
    You need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD"
  fi
  note "Initializing database files"
  mariadb-install-db --datadir="$data" --skip-test-db --auth-root-authentication-method=normal >/dev/null
  note "Starting temporary server"
  "$@" --skip-networking --socket="$socket" &
  server=$!
  until client --execute='DO 1' >/dev/null 2>&1; do
    kill -0 "$server" 2>/dev/null || fail "Unable to start temporary server"
    sleep 0.1
  done
  health=$(head -c 24 /dev/urandom | base64)
  accounts "$root" "$health" | client
  (umask 077 && printf '[client]\nuser=healthcheck\npassword=%s\n' "$health" >"$data/.my-healthcheck.cnf")
  note "Stopping temporary server"
  kill "$server"
  wait "$server"
  note "MariaDB init process done. Ready for start up."
}

# `docker run mariadb:11 --some-option` gives the option to the server.
case ${1:-} in -*) set -- mariadbd "$@" ;; esac

if [ "${1:-}" = mariadbd ]; then
  if [ "$(id -u)" = 0 ]; then
    chown mysql:mysql "$data" /run/mysqld
    exec setpriv --reuid=mysql --regid=mysql --init-groups -- "$0" "$@"
  fi
  [ -d "$data/mysql" ] || first_start "$@"
fi
exec "$@"
