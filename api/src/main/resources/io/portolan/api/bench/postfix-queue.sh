#!/usr/bin/env bash
# Measures the messages a second that go through a Postfix queue into a sink: a private instance with its own configuration and queue,
# which leaves the system's alone. Prints "rate N". Needs root.
#
#   postfix-queue.sh DIRECTORY SINK_PORT MESSAGES BYTES
set -euo pipefail
directory=$1 sink=$2 messages=$3 bytes=$4
conf=$directory/conf queue=$directory/queue data=$directory/data log=$directory/log
PATH=$PATH:/usr/sbin:/sbin

mkdir -p "$directory" "$queue" "$data"
chmod 755 "$(dirname "$directory")" "$directory"
chown postfix "$data"
cp -r /etc/postfix "$conf"
[ -f "$conf/main.cf" ] || touch "$conf/main.cf"
[ -f "$conf/master.cf" ] || cp /usr/share/postfix/master.cf.dist "$conf/master.cf"

stop() { postfix -c "$conf" stop >/dev/null 2>&1 || true; }
trap stop EXIT

port=$((20000 + RANDOM % 10000))
postconf -c "$conf" -e "queue_directory=$queue" "data_directory=$data" "relayhost=[127.0.0.1]:$sink" 'inet_interfaces=127.0.0.1' \
  'inet_protocols=ipv4' 'default_process_limit=200' 'smtp_destination_concurrency_limit=50' 'initial_destination_concurrency=20' \
  'smtpd_client_connection_count_limit=0' 'in_flow_delay=0' 'mynetworks=127.0.0.0/8' 'mydestination=' "maillog_file=$log" \
  "maillog_file_prefixes=$directory" 'alias_maps=' 'alias_database=' 'qmgr_message_active_limit=50000' 'compatibility_level=3.6' \
  'multi_instance_enable=yes' "multi_instance_name=postfix-bench" 'smtpd_relay_restrictions=permit_mynetworks,reject'
# not on port 25, and without chroot: the queue has none of the files that one needs
sed -i "s/^smtp  *inet  *n.*/$port inet n - n - - smtpd/; s/^\([a-z].*[[:space:]]\)y\([[:space:]].*\)/\1n\2/" "$conf/master.cf"
# a second instance is refused unless the first one's configuration knows it; the environment of root is believed as well
export MAIL_CONFIG=$conf
postfix -c "$conf" check >/dev/null 2>&1 || true
postfix -c "$conf" start >/dev/null 2>&1
for _ in $(seq 100); do
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
  sleep 0.1
done

waiting() { find "$queue/active" "$queue/incoming" "$queue/deferred" "$queue/maildrop" -type f 2>/dev/null | wc -l; }
begun=$(date +%s%N)
smtp-source -d -s 20 -m "$messages" -l "$bytes" -f bench@portolan.test -t person@bench-1.test "127.0.0.1:$port"
while [ "$(waiting)" -gt 0 ]; do sleep 0.2; done
ended=$(date +%s%N)
awk -v n="$messages" -v ns="$((ended - begun))" 'BEGIN { printf "rate %.1f\n", n / (ns / 1e9) }'
