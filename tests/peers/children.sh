# Sourced by peers that start others: what they start ends with them, the last first.

children=()
end() {
    trap - EXIT
    # A child that has already gone is no error.
    for ((i = ${#children[@]} - 1; i >= 0; i--)); do
        kill "${children[i]}" 2>/dev/null || true
        wait "${children[i]}" 2>/dev/null || true
    done
}
trap end EXIT
trap 'exit 0' TERM INT

# Should the script be killed outright, its children go by the kernel's hand.
with_us=(setpriv --pdeathsig TERM)

# A system bus of our own at FOLDER/dbus.sock, which offers nothing and keeps tests out of the machine's own.
# usage: system_bus FOLDER
system_bus() {
    cat >"$1/dbus.conf" <<CONF
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=$1/dbus.sock</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/>
  </policy>
</busconfig>
CONF
    "${with_us[@]}" dbus-daemon --config-file="$1/dbus.conf" --nofork --nopidfile --nosyslog >"$1/dbus.log" 2>&1 &
    children+=($!)
}
