#!/usr/bin/env bash
# A print server: CUPS' scheduler on loopback with one queue, in the foreground until TERM.
#
# usage: cupsd.sh PORT DIR DEVICE-URI
#
# Prints READY when ipp://127.0.0.1:PORT/printers/kiosk accepts. What is printed there goes on to DEVICE-URI, a printer
# of IPP Everywhere such as that of ippeveprinter.sh. In DIR: error_log, and in spool/ the documents as they arrived
# (d00001-001 is the first of job 1) and their tickets (c00001).
set -euo pipefail

if [ $# -ne 3 ]; then
    sed -n 's/^# usage:/usage:/p' "$0" >&2
    exit 2
fi
port=$1 device=$3
mkdir -p "$2"
dir=$(cd "$2" && pwd)
mkdir -p "$dir"/{root,spool,cache,run}
chmod 755 "$dir"

accepts() { (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }

if accepts; then
    echo "cupsd.sh: port $port is taken" >&2
    exit 1
fi

# As root it runs its filters as lp, and will have no other root; as anybody else it stays who it is.
who=$([ "$(id -u)" = 0 ] || printf 'User %s\nGroup %s\n' "$(id -un)" "$(id -gn)")
cat >"$dir/cups-files.conf" <<CONF
ServerRoot $dir/root
RequestRoot $dir/spool
CacheDir $dir/cache
StateDir $dir/run
AccessLog $dir/access_log
ErrorLog $dir/error_log
PageLog $dir/page_log
SystemGroup $(id -gn)
$who
CONF
# Whoever is on this machine may do all: it is a test's own.
cat >"$dir/cupsd.conf" <<CONF
LogLevel debug
MaxLogSize 0
Listen 127.0.0.1:$port
Browsing Off
BrowseLocalProtocols none
DefaultAuthType None
WebInterface No
PreserveJobFiles Yes
PreserveJobHistory Yes
<Location />
  Order allow,deny
  Allow from 127.0.0.1
</Location>
<Location /admin>
  Order allow,deny
  Allow from 127.0.0.1
</Location>
<Policy default>
  <Limit All>
    Order allow,deny
  </Limit>
</Policy>
CONF

# Should this script be killed outright, its child goes by the kernel's hand.
setpriv --pdeathsig TERM cupsd -f -c "$dir/cupsd.conf" -s "$dir/cups-files.conf" >"$dir/cupsd.log" 2>&1 &
child=$!
end() {
    trap - EXIT
    kill "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
}
trap end EXIT
trap 'exit 0' TERM INT

for _ in $(seq 200); do
    accepts && break
    kill -0 "$child" 2>/dev/null || break
    sleep 0.05
done
if lpadmin -h "127.0.0.1:$port" -p kiosk -E -v "$device" -m everywhere >"$dir/lpadmin.log" 2>&1; then
    echo READY
    wait "$child" || true
fi
echo "cupsd.sh: the scheduler on port $port ended" >&2
tail -n 3 "$dir/cupsd.log" "$dir/lpadmin.log" >&2
exit 1
