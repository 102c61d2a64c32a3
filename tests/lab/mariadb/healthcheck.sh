#!/bin/bash
# The health test that the official image of MariaDB brings, as far as stacks ask for it: --connect that the server takes
# connections over TCP, which its temporary server does not, and --innodb_initialized that its tables can be used.
set -euo pipefail

query() {
  mariadb --defaults-file=/var/lib/mysql/.my-healthcheck.cnf --protocol=tcp --host=127.0.0.1 --skip-column-names --execute="$1"
}

[ $# -gt 0 ] || { echo "healthcheck.sh: nothing to test" >&2 && exit 1; }
for test in "$@"; do
  case $test in
    --connect) query 'DO 1' ;;
    --innodb_initialized) query "SELECT 'initialized' FROM information_schema.ENGINES WHERE engine = 'innodb' AND support IN ('YES', 'DEFAULT')" | grep -q initialized ;;
    *) echo "healthcheck.sh: no test is known as $test" >&2 && exit 1 ;;
  esac
done
