#!/usr/bin/env bash
# A printer in software: CUPS' ippeveprinter on loopback, in the foreground until TERM.
#
# usage: ippeveprinter.sh PORT SPOOLDIR [ippeveprinter arguments, such as -2 -s 20,10 or -f image/urf]
#
# Prints READY when ipp://localhost:PORT/ipp/print accepts. It has Letter in its tray, or what PAPER names
# (PAPER=iso_a4_210x297mm). Other attributes than ippeveprinter's own, another sheet-back for one: take a dump by
# `ipptool --ippserver FILE URI get-printer-attributes.test`, edit it and give `-a FILE` (then without -2, -s and -f).
# To take the paper out later, fetch /media?size1=iso_a4_210x297mm&type1=stationery&level1=0&level2=250&level3=250,
# and to put it back the same with level1=250; a tray left out is emptied, and one empty tray holds every job.
# In SPOOLDIR:
#   spool/        the documents as they arrived
#   sides.log     one line a side that came out: the job's name and the side's number
#   tickets.log   one line of JSON a job: content_type, file, impressions and every IPP_* attribute the job had
#   printer.log   what ippeveprinter said
# Misbehaviour is asked for by files in SPOOLDIR, looked at when a job prints:
#   fault-slow    its content: seconds that the job takes
#   fault-state   its content: printer-state-reasons, such as media-jam-error; nothing moves until the file is gone
#   fault-short   its content: impressions that come out before the printer says that all is well
#   fault-abort   its content: impressions that come out before the job is aborted (none when empty)
set -euo pipefail

if [ $# -lt 2 ]; then
    sed -n 's/^# usage:/usage:/p' "$0" >&2
    exit 2
fi
port=$1
mkdir -p "$2/spool"
spool=$(cd "$2" && pwd)
shift 2
peers=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

accepts() { (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }

if accepts; then
    echo "ippeveprinter.sh: port $port is taken" >&2
    exit 1
fi

# What a person does at the tray; the printer has a web form for it, and a tray that it leaves out is emptied.
load() {
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET /media?size1=%s&type1=stationery%s HTTP/1.1\r\nHost: localhost:%s\r\nConnection: close\r\n\r\n' \
        "$1" "$(printf '&level%s=250' {1..9})" "$port" >&3
    read -r _ status _ <&3
    exec 3>&-
    [ "$status" = 200 ]
}

. "$peers/children.sh" # the printer goes before its bus

cat >"$spool/command" <<COMMAND
#!/usr/bin/env python3
SPOOL, PEERS = "$spool", "$peers"
COMMAND
cat >>"$spool/command" <<'COMMAND'
import json, os, subprocess, sys, time
from pathlib import Path

sys.path.insert(0, PEERS)
sys.dont_write_bytecode = True
import raster_decode

PRINTER = os.getppid()


def fault(name):
    try:
        return (Path(SPOOL) / f"fault-{name}").read_text().strip()
    except FileNotFoundError:
        return None


def tell(line):
    print(line, file=sys.stderr, flush=True)


def nap(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if os.getppid() != PRINTER:  # the printer was switched off
            sys.exit(1)
        time.sleep(min(0.05, seconds))


def pages(file, content_type):
    if content_type in ("image/pwg-raster", "image/urf"):
        with open(file, "rb") as raster:
            return raster_decode.read_pages(raster_decode.library(), raster, None, None)["page_count"]
    if content_type == "application/pdf":
        return int(subprocess.check_output(["qpdf", "--show-npages", file]))
    return 1


file, content_type = sys.argv[1], os.environ.get("CONTENT_TYPE", "")
ticket = {"content_type": content_type, "file": file}
ticket |= {name: value for name, value in sorted(os.environ.items()) if name.startswith("IPP_")}
try:
    impressions = pages(file, content_type) * int(os.environ.get("IPP_COPIES", "1"))
    ticket["impressions"] = impressions
except (raster_decode.RasterError, OSError, subprocess.CalledProcessError) as error:
    impressions = 0
    ticket["error"] = str(error)
log = os.open(f"{SPOOL}/tickets.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
os.write(log, (json.dumps(ticket, ensure_ascii=False) + "\n").encode())

if reasons := fault("state"):
    tell(f"STATE: +{reasons}")
    while fault("state") is not None:
        nap(0.1)
    tell(f"STATE: -{reasons}")
if "error" in ticket:
    tell(f"ERROR: {ticket['error']}")
    sys.exit(1)
sides = os.open(f"{SPOOL}/sides.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
abort, short = fault("abort"), fault("short")
out = impressions if abort is None and short is None else min(int(abort or short or 0), impressions)
for done in range(1, out + 1):
    nap(float(fault("slow") or 0) / max(impressions, 1))
    os.write(sides, (os.environ.get("IPP_JOB_NAME", "") + f" {done}\n").encode())
    tell(f"ATTR: job-impressions-completed={done}")
if abort is not None:
    tell("ERROR: the drill says stop")
    sys.exit(1)
COMMAND
chmod +x "$spool/command"

rm -f "$spool/dbus.sock" # of an earlier run here

# Without a system bus ippeveprinter cannot start its DNS-SD.
system_bus "$spool"
for _ in $(seq 100); do
    [ -S "$spool/dbus.sock" ] && break
    sleep 0.05
done

# -a brings every attribute, so ippeveprinter refuses -f beside it.
formats=(-f application/pdf,image/jpeg,image/pwg-raster,image/urf)
[[ " $* " != *" -a "* ]] || formats=()

DBUS_SYSTEM_BUS_ADDRESS=unix:path=$spool/dbus.sock "${with_us[@]}" \
    ippeveprinter -v -r off -n localhost -p "$port" -d "$spool/spool" -k -c "$spool/command" \
    "${formats[@]}" "$@" "Test Printer" >"$spool/printer.log" 2>&1 &
children+=($!)
for _ in $(seq 200); do
    if accepts; then
        [ -z "${PAPER:-}" ] || load "$PAPER"
        echo READY
        break
    fi
    kill -0 "${children[1]}" 2>/dev/null || break
    sleep 0.05
done

# Neither is of use without the other.
wait -n "${children[@]}" || true
echo "ippeveprinter.sh: the printer on port $port ended" >&2
tail -n 3 "$spool/printer.log" "$spool/dbus.log" >&2
exit 1
