# Sourced by tests/lab/engine, which says what the variables are: for each engine that the tests know, what it needs of
# the machine (prepare_*), and how it is served in the namespaces made for it (serve_*, which never return).

# Of one authority: ca.pem, the engine's own certificate, and as cert.pem and key.pem that of who may use it over TCP.
make_certificates() {
  local folder=$run/tls who request
  mkdir -p "$folder"
  request=(openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30)
  # What a distribution's own configuration adds makes every certificate an authority.
  printf '[req]\ndistinguished_name = name\n[name]\n' >"$folder/settings"
  request+=(-config settings)
  cd "$folder"
  "${request[@]}" -subj /CN=windlass-test -addext basicConstraints=critical,CA:TRUE -keyout authority.key -out ca.pem
  for who in engine user; do
    "${request[@]}" -CA ca.pem -CAkey authority.key -subj "/CN=$who" -addext "subjectAltName=IP:$(cat "$run/subnet").2" \
      -addext basicConstraints=CA:FALSE -addext extendedKeyUsage=serverAuth,clientAuth -keyout "$who.key" -out "$who.pem"
  done
  mv user.pem cert.pem && mv user.key key.pem
  chmod 644 key.pem
  cd - >/dev/null
}

# serve_dockerd [options]: cgroupfs works with and without systemd; /24 networks give tests room for 256 of them.
serve_dockerd() {
  local tls=$run/tls
  make_certificates
  exec dockerd --host "unix://$socket" --host "tcp://$(cat "$run/subnet").2:2376" \
    --tlsverify --tlscacert "$tls/ca.pem" --tlscert "$tls/engine.pem" --tlskey "$tls/engine.key" \
    --group "${SUDO_GID:-0}" --pidfile "$run/pid" \
    --data-root "$data" --exec-root "$run/exec" \
    --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/$name" \
    --default-address-pool base=10.99.0.0/16,size=24 "$@"
}

prepare_20() { need_command dockerd docker.io; }
serve_20() { serve_dockerd; }

# Its programs find each other by PATH; runc is this machine's, since the newer suite's asks for a newer C library.
prepare_28() {
  local dockerd=$lab/docker28/usr/sbin/dockerd
  need_command runc runc
  if [ ! -x "$dockerd" ]; then
    say "unpacking Debian's docker.io 28 under $lab/docker28"
    unpack sid "$lab/docker28" docker.io containerd tini-static
  fi
  case $("$dockerd" --version) in
    "Docker version 28."*) ;;
    *) rm -rf "$lab/docker28" && die "Debian's unstable suite no longer has dockerd 28" ;;
  esac
}
serve_28() {
  PATH=$lab/docker28/usr/sbin:$lab/docker28/usr/bin:$PATH
  serve_dockerd
}

# A small Debian 13 whose /usr and /etc take the place of this machine's for Podman alone. All else is the machine's, so
# that folders are mounted from where a client sees them.
podman_packages=podman,crun,conmon,netavark,aardvark-dns,nftables,iptables,catatonit,ca-certificates
prepare_podman() {
  if [ ! -x "$lab/podman/usr/bin/podman" ]; then
    need_command mmdebstrap mmdebstrap
    [ -f "$keyring" ] || need_command debian-archive-keyring debian-archive-keyring
    [ "$(id -u)" = 0 ] || ask_root "unpacking Debian 13 with Podman under $lab/podman"
    say "unpacking Debian 13 with Podman under $lab/podman"
    mkdir -p "$lab"
    as_root rm -rf "$lab/podman" "$lab/podman.new"
    apt-config dump | grep -E '^Acquire::(http|https|Check-|Retries|ForceIPv)' >"$lab/podman.apt" || true
    as_root mmdebstrap --quiet --variant=minbase --include="$podman_packages" --keyring="$keyring" \
      --aptopt="$lab/podman.apt" --aptopt='Acquire::Languages "none"' trixie "$lab/podman.new" "$(mirror)"
    as_root mv "$lab/podman.new" "$lab/podman"
  fi
}
serve_podman() {
  local root=$lab/podman folder
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
  mkdir -p "$root/etc/containers"
  # A name without a registry means Docker's, and its own machine may be asked without TLS, as everywhere; no image is
  # asked for a signature.
  cat >"$root/etc/containers/registries.conf" <<CONF
unqualified-search-registries = ["docker.io"]
[[registry]]
location = "127.0.0.1"
insecure = true
CONF
  echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$root/etc/containers/policy.json"
  # Podman 5.4 falls over when its file of events is put aside while somebody reads it: the file has room for a whole run.
  # Without a limit named here, builds ask for one that is higher than a root in a container may have.
  cat >"$root/etc/containers/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=$(ulimit -Hn):$(ulimit -Hn)", "nproc=$(ulimit -Hu):$(ulimit -Hu)"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
events_logfile_max_size = "1g"
[network]
network_config_dir = "/var/lib/containers/networks"
default_subnet = "10.98.255.0/24"
default_subnet_pools = [{base = "10.99.0.0/16", size = 24}]
CONF
  # What this machine's own Podman would have there is out of reach: images, locks, what runs.
  mkdir -p /var/lib/containers
  mount --bind "$data" /var/lib/containers
  for folder in /dev/shm /run/containers /run/libpod /run/crun /run/netns; do
    mkdir -p "$folder"
    mount -t tmpfs tmpfs "$folder"
  done
  # Its runtime refuses control groups of both versions at once.
  ! mountpoint --quiet /sys/fs/cgroup/unified || umount --lazy /sys/fs/cgroup/unified
  mount --bind "$root/usr" /usr
  mount --bind "$root/etc" /etc
  echo $$ >"$run/pid"
  # Health is tested by systemd's timers, which would run outside: without them Podman tests nothing by itself.
  export DISABLE_HC_SYSTEMD=true PODMAN_IGNORE_CGROUPSV1_WARNING=1 HOME=/root PATH=/usr/sbin:/usr/bin
  exec podman system service --time 0 "unix://$socket"
}
# Its containers have control groups beside all others, by their ids.
processes_of_podman() {
  local folder
  for folder in "$data"/storage/overlay-containers/*/; do
    find /sys/fs/cgroup -path "*libpod-$(basename "$folder")*" -name cgroup.procs -exec cat {} + 2>/dev/null || true
  done
}
