#!/bin/bash
# The entrypoint of the stand-in for wordpress:6: as in the official image, the site's folder is filled where it is empty.
set -euo pipefail

if [ "${1:-}" = apache2-foreground ] && [ ! -e index.php ]; then
  echo "WordPress not found in $PWD - copying now..."
  cp --archive /usr/src/wordpress/. .
  echo "Complete! WordPress has been copied to $PWD"
fi
exec "$@"
