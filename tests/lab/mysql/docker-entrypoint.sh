#!/bin/bash
# The entrypoint of the stand-in for mysql:9. It honours the variables of the official image and starts in the same
# two phases: on an empty data folder a temporary server without network sets accounts up, then the real one starts.
set -euo pipefail
shopt -s nullglob

data=/var/lib/mysql
socket=/var/run/mysqld/mysqld.sock

note() { echo "$(date --utc +%FT%TZ) [Note] [Entrypoint]: $*"; }
fail() {
  echo "$(date --utc +%FT%TZ) [ERROR] [Entrypoint]: $*" >&2
  exit 1
}

# file_variable NAME: NAME may be given as the file NAME_FILE, as secrets are.
file_variable() {
  local name=$1 file=$1_FILE
  [ -z "${!name:-}" ] || [ -z "${!file:-}" ] || fail "both $name and $file are set (but are exclusive)"
  [ -z "${!file:-}" ] || export "$name=$(<"${!file}")"
  unset "$file"
}

# quoted TEXT: as a string of SQL.
quoted() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\'\'}"
}

# The first arguments of the client; the password comes with MYSQL_PWD where root has one already.
client() { mysql --no-defaults --user=root --socket="$socket" --default-character-set=utf8mb4 "$@"; }

accounts() {
  local root host=${MYSQL_ROOT_HOST-%}
  root=$(quoted "${MYSQL_ROOT_PASSWORD:-}")
  if [ -n "$host" ] && [ "$host" != localhost ]; then
    echo "CREATE USER 'root'@$(quoted "$host") IDENTIFIED BY $root;"
    echo "GRANT ALL ON *.* TO 'root'@$(quoted "$host") WITH GRANT OPTION;"
  fi
  [ -z "${MYSQL_DATABASE:-}" ] || echo "CREATE DATABASE IF NOT EXISTS \`$MYSQL_DATABASE\`;"
  if [ -n "${MYSQL_USER:-}" ] && [ -n "${MYSQL_PASSWORD:-}" ]; then
    echo "CREATE USER $(quoted "$MYSQL_USER")@'%' IDENTIFIED BY $(quoted "$MYSQL_PASSWORD");"
    # In a grant the underscore stands for any character unless it is escaped.
    [ -z "${MYSQL_DATABASE:-}" ] || echo "GRANT ALL ON \`${MYSQL_DATABASE//_/\\_}\`.* TO $(quoted "$MYSQL_USER")@'%';"
  fi
  # Last, for from here on root needs the password.
  echo "ALTER USER 'root'@'localhost' IDENTIFIED BY $root;"
}

run_init_files() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh)
        if [ -x "$file" ]; then
          note "running $file"
          "$file"
        else
          note "sourcing $file"
          . "$file"
        fi
        ;;
      *.sql) note "running $file" && client ${MYSQL_DATABASE:+--database="$MYSQL_DATABASE"} <"$file" ;;
      *.sql.gz) note "running $file" && gunzip -c "$file" | client ${MYSQL_DATABASE:+--database="$MYSQL_DATABASE"} ;;
      *) note "ignoring $file" ;;
    esac
  done
}

first_start() {
  if [ -z "${MYSQL_ROOT_PASSWORD:-}${MYSQL_ALLOW_EMPTY_PASSWORD:-}${MYSQL_RANDOM_ROOT_PASSWORD:-}" ]; then
    fail "Database is uninitialized and password option is not specified
    You need to specify one of the following as an environment variable:
    - MYSQL_ROOT_PASSWORD
    - MYSQL_ALLOW_EMPTY_PASSWORD
    - MYSQL_RANDOM_ROOT_PASSWORD"
  fi
  [ "${MYSQL_USER:-}" != root ] || fail 'MYSQL_USER="root": MYSQL_USER is for a user that is not root'
  if [ -n "${MYSQL_RANDOM_ROOT_PASSWORD:-}" ]; then
    MYSQL_ROOT_PASSWORD=$(head -c 24 /dev/urandom | base64)
    note "GENERATED ROOT PASSWORD: $MYSQL_ROOT_PASSWORD"
  fi
  note "Initializing database files"
  "$@" --initialize-insecure
  note "Database files initialized"
  note "Starting temporary server"
  "$@" --skip-networking --mysqlx=OFF --socket="$socket" &
  local server=$!
  until mysqladmin --no-defaults --user=root --socket="$socket" ping >/dev/null 2>&1; do
    kill -0 "$server" 2>/dev/null || fail "Unable to start temporary server"
    sleep 0.1
  done
  note "Temporary server started."
  accounts | client
  export MYSQL_PWD=${MYSQL_ROOT_PASSWORD:-}
  run_init_files
  # A password to be changed at the first sign-in, once nothing here signs in any more.
  [ -z "${MYSQL_ONETIME_PASSWORD:-}" ] || client <<<"ALTER USER 'root'@'${MYSQL_ROOT_HOST:-%}' PASSWORD EXPIRE;"
  note "Stopping temporary server"
  kill "$server"
  wait "$server"
  unset MYSQL_PWD
  note "Temporary server stopped"
  note "MySQL init process done. Ready for start up."
}

# `docker run mysql:9 --some-option` gives the option to the server.
case ${1:-} in -*) set -- mysqld "$@" ;; esac

if [ "${1:-}" = mysqld ]; then
  if [ "$(id -u)" = 0 ]; then
    chown mysql:mysql "$data" /var/run/mysqld
    # The server's user cannot open the log of the container's root by its path again.
    exec setpriv --reuid=mysql --regid=mysql --init-groups -- "$0" "$@"
  fi
  for name in MYSQL_ROOT_HOST MYSQL_ROOT_PASSWORD MYSQL_DATABASE MYSQL_USER MYSQL_PASSWORD; do file_variable "$name"; done
  [ -d "$data/mysql" ] || first_start "$@"
fi
exec "$@"
