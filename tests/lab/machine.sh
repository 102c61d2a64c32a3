# Sourced by the scripts that need something of the machine: what is missing is said in one line, and nothing is
# installed or done as root before it was asked for. As root, or with CI=true, it goes ahead and says so.

say() { printf '==> %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$1" >&2
  shift
  [ $# = 0 ] || printf '  %s\n' "$@" >&2
  exit 1
}

# ask_root WHY: agrees with the person at the terminal, once, that what follows may use root.
ask_root() {
  if [ "$(id -u)" = 0 ]; then
    say "$1 (as root)"
    return
  fi
  command -v sudo >/dev/null || die "root is needed: $1" "run this as root, or install sudo"
  if [ "${CI:-}" = true ] || [ -n "${WINDLASS_ROOT_AGREED:-}" ]; then
    say "$1 (with sudo)"
  else
    [ -t 0 ] || die "root is needed: $1" "run this in a terminal, as root, or with CI=true"
    local answer
    read -r -p "$1: this needs root. Use sudo? [Y/n] " answer
    case $answer in '' | [yY]*) ;; *) die "stopped: root is needed: $1" ;; esac
  fi
  # The scripts that this one calls need not ask again.
  export WINDLASS_ROOT_AGREED=1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# need_command COMMAND PACKAGE...: installs the packages where the command is missing; a name that the
# distribution does not know is left out, since Debian's releases divide Docker's packages differently.
need_command() {
  local command=$1 package known=()
  shift
  ! command -v "$command" >/dev/null || return 0
  [ -x "/usr/sbin/$command" ] && return 0
  command -v apt-get >/dev/null || die "$command is missing" "install it: only Debian and Ubuntu are known here"
  ask_root "installing $*, because $command is missing"
  as_root apt-get update -qq
  for package in "$@"; do
    if apt-cache show "$package" >/dev/null 2>&1; then known+=("$package"); fi
  done
  [ ${#known[@]} -gt 0 ] || die "$command is missing, and no package of this name is known: $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${known[@]}" >/dev/null
}

# The mirror that this machine's own apt uses for Debian; an Ubuntu machine has none, and takes Debian's public one.
mirror() {
  local found
  found=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | sed -n 1p)
  echo "${found:-http://deb.debian.org/debian}"
}

# target_folder: cargo's, as a full path; called from the checkout's folder.
target_folder() {
  case ${CARGO_TARGET_DIR:-target} in
    /*) echo "$CARGO_TARGET_DIR" ;;
    *) echo "$PWD/${CARGO_TARGET_DIR:-target}" ;;
  esac
}

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# unpack SUITE FOLDER PACKAGE...: Debian's packages into a folder, not installed, and without what they depend on; with
# apt's lists in a folder of their own, so that the machine's stay as they are.
unpack() {
  local suite=$1 folder=$2 apt options option package
  shift 2
  apt=$(target_folder)/lab/apt-$suite
  [ -f "$keyring" ] || need_command debian-archive-keyring debian-archive-keyring
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$folder"
  echo "deb [signed-by=$keyring] $(mirror) $suite main" >"$apt/sources.list"
  options=(-o APT::Sandbox::User=root)
  for option in "Etc::SourceList=$apt/sources.list" Etc::SourceParts=/dev/null "State::Lists=$apt/lists" "Cache=$apt/cache"; do
    options+=(-o "Dir::$option")
  done
  apt-get "${options[@]}" -qq update
  (cd "$apt" && rm -f ./*.deb && apt-get "${options[@]}" -qq download "$@")
  for package in "$apt"/*.deb; do dpkg-deb --extract "$package" "$folder"; done
}

# need_build_tools: curl, a linker and a cargo that is new enough for Cargo.toml; says the line to type otherwise.
need_build_tools() {
  local needed found update
  command -v curl >/dev/null || die "curl is missing; install it with" "sudo apt-get install -y curl"
  command -v cc >/dev/null || die "a linker is missing; install one with" "sudo apt-get install -y gcc libc6-dev"
  needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  if command -v rustup >/dev/null; then
    update='rustup update stable && rustup default stable'
  else
    update="curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . ~/.cargo/env"
  fi
  command -v cargo >/dev/null || die "cargo is missing ($needed or newer); install it with" "$update"
  found=$(cargo --version | cut -d' ' -f2)
  printf '%s\n%s\n' "$needed" "$found" | sort -V -C || die "cargo $found is too old ($needed is needed); get a newer one with" "$update"
}
