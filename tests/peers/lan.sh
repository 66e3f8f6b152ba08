#!/usr/bin/env bash
# A network of two: we are 10.77.0.1 on `kiosk`, and across it, in a namespace of its own, a host with avahi-daemon is
# 10.77.0.10 on `printers`. In the foreground until TERM. Needs root and a network namespace that nobody else is in:
# run it by `unshare --net`, or from a thread that has unshared its own.
#
# usage: lan.sh FOLDER
#
# Prints the number of a process on the other side when avahi-daemon is ready there; go there with
#   nsenter --net --mount --target NUMBER env DBUS_SYSTEM_BUS_ADDRESS=unix:path=FOLDER/dbus.sock …
# so that an ippeveprinter started there announces itself to us, over both IPv4 and IPv6. Logs are in FOLDER.
set -euo pipefail
folder=$(cd "$1" && pwd)

. "$(dirname "${BASH_SOURCE[0]}")/children.sh"

until_there() {
    for _ in $(seq 200); do
        "$@" >/dev/null 2>&1 && return
        sleep 0.05
    done
    echo "lan.sh: not there: $*" >&2
    return 1
}

up() {
    # Nobody else is on this wire, so nobody has our address.
    echo 0 >"/proc/sys/net/ipv6/conf/$1/accept_dad" || true
    ip address add "$2/24" dev "$1"
    ip link set lo up
    ip link set "$1" up
}

if [ "${2:-}" = across ]; then
    until_there ip link show printers
    up printers 10.77.0.10
    mount -t tmpfs tmpfs /run # where avahi-daemon has its socket
    cat >"$folder/avahi.conf" <<CONF
[server]
host-name=lan
allow-interfaces=printers
[publish]
publish-hinfo=no
publish-workstation=no
CONF
    system_bus "$folder"
    until_there test -S "$folder/dbus.sock"
    DBUS_SYSTEM_BUS_ADDRESS=unix:path=$folder/dbus.sock "${with_us[@]}" \
        avahi-daemon --no-drop-root --no-chroot --no-rlimits -f "$folder/avahi.conf" >"$folder/avahi.log" 2>&1 &
    children+=($!)
    until_there grep -q "Server startup complete" "$folder/avahi.log"
    echo "$$"
    wait -n "${children[@]}" || true
    echo "lan.sh: avahi-daemon or its bus ended" >&2
    exit 1
fi

ip link add kiosk type veth peer name printers
up kiosk 10.77.0.1
"${with_us[@]}" unshare --net --mount "${BASH_SOURCE[0]}" "$folder" across &
children+=($!)
until_there bash -c "[ \$(readlink /proc/${children[0]}/ns/net) != \$(readlink /proc/$$/ns/net) ]"
ip link set printers netns "${children[0]}"
wait "${children[0]}"
