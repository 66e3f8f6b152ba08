#!/usr/bin/env bash
# A message broker: Debian's RabbitMQ on loopback, with its own folders, ports and name, in the foreground until TERM. The
# machine's own, if it has one, is neither asked nor touched.
#
# usage: rabbitmq.sh PORT FOLDER
#
# Prints READY when amqp://guest:guest@127.0.0.1:PORT accepts. PORT to PORT+2 are taken. Logs and queues are in FOLDER. With
# certificate.pem and key.pem there, amqps://guest:guest@127.0.0.1:PORT+3 accepts too.
set -euo pipefail

if [ $# -ne 2 ]; then
    sed -n 's/^# usage:/usage:/p' "$0" >&2
    exit 2
fi
port=$1
mkdir -p "$2/mnesia" "$2/log" "$2/home"
folder=$(cd "$2" && pwd)

accepts() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

if accepts "$port"; then
    echo "rabbitmq.sh: port $port is taken" >&2
    exit 1
fi

# Those in sbin become another user; this does not.
bin=/usr/lib/rabbitmq/bin
export HOME=$folder/home
export RABBITMQ_NODENAME=ottisk-$port@localhost
export RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$port
export RABBITMQ_BASE=$folder RABBITMQ_MNESIA_BASE=$folder/mnesia RABBITMQ_LOG_BASE=$folder/log
export RABBITMQ_PID_FILE=$folder/pid RABBITMQ_ENABLED_PLUGINS_FILE=$folder/plugins
export RABBITMQ_CONFIG_FILE=$folder/rabbitmq RABBITMQ_CONF_ENV_FILE=$folder/env.conf
export RABBITMQ_FEATURE_FLAGS_FILE=$folder/flags RABBITMQ_GENERATED_CONFIG_DIR=$folder/config
export RABBITMQ_DIST_PORT=$((port + 1)) ERL_EPMD_PORT=$((port + 2)) ERL_EPMD_ADDRESS=127.0.0.1
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
echo '[].' >"$folder/plugins"
: >"$folder/env.conf"
printf 'loopback_users.guest = true\ndisk_free_limit.absolute = 50MB\nvm_memory_high_watermark.absolute = 256MB\n' \
    >"$folder/rabbitmq.conf"
if [ -e "$folder/certificate.pem" ]; then
    cat >>"$folder/rabbitmq.conf" <<TLS
listeners.ssl.1 = 127.0.0.1:$((port + 3))
ssl_options.certfile = $folder/certificate.pem
ssl_options.keyfile = $folder/key.pem
ssl_options.verify = verify_none
TLS
fi

. "$(dirname "${BASH_SOURCE[0]}")/children.sh"

# Its own map of ports, or Erlang would start one that outlives everybody.
"${with_us[@]}" epmd -address 127.0.0.1 -port "$ERL_EPMD_PORT" >"$folder/epmd.log" 2>&1 &
children+=($!)
for _ in $(seq 100); do
    accepts "$ERL_EPMD_PORT" && break
    sleep 0.05
done

"${with_us[@]}" "$bin/rabbitmq-server" >"$folder/server.log" 2>&1 &
children+=($!)
for _ in $(seq 600); do
    accepts "$port" && break
    kill -0 "${children[1]}" 2>/dev/null || break
    sleep 0.1
done
if ! accepts "$port"; then
    echo "rabbitmq.sh: the broker on port $port did not start" >&2
    tail -n 20 "$folder/server.log" "$folder"/log/* >&2
    exit 1
fi
echo READY

wait "${children[1]}" || true
echo "rabbitmq.sh: the broker on port $port ended" >&2
tail -n 5 "$folder/server.log" >&2
exit 1
