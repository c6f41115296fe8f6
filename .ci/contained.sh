#!/usr/bin/env bash
# Runs a command on a replayed stage of the Dockerfile as a container would: its folders where the image has them, a root that is
# read-only, /tmp and /dev/shm as small as compose and Docker make them, the image's user, no capabilities. Linux, as root.
#
#   .ci/contained.sh STAGE COMMAND…     STAGE has app, opt/tickwave and data; variables are those of the caller
set -euo pipefail

if [ "${CONTAINED:-}" = '' ]; then
  CONTAINED=1 exec unshare --mount --propagation private bash "$0" "$@"
fi
unset CONTAINED
stage=$1
shift
user=10001
root=$stage/root
node=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")

# Below the new root; a bind is read-only only once it is mounted again.
bind() {
  mkdir -p "$root$2"
  mount --bind "$1" "$root$2"
  mount -o "remount,bind,$3" "$root$2"
}

mkdir -p "$root" "$stage/data"
chown "$user:$user" "$stage/data"
chmod 0700 "$stage/data"
mount -t tmpfs -o size=4m,mode=0755 tmpfs "$root"
for folder in /bin /sbin /lib /lib32 /lib64; do
  if [ -L "$folder" ]; then cp -a "$folder" "$root$folder"; elif [ -d "$folder" ]; then bind "$folder" "$folder" ro; fi
done
bind /usr /usr ro
[[ $node == /usr ]] || bind "$node" "$node" ro
mkdir -p "$root/etc" "$root/dev/shm" "$root/proc" "$root/tmp"
for file in ld.so.cache nsswitch.conf hosts localtime; do [ ! -e "/etc/$file" ] || cp -L "/etc/$file" "$root/etc/"; done
for folder in /etc/ssl /etc/alternatives; do [ ! -d "$folder" ] || bind "$folder" "$folder" ro; done
printf 'root:x:0:0::/root:/bin/sh\ntickwave:x:%s:%s::/data:/usr/sbin/nologin\n' "$user" "$user" >"$root/etc/passwd"
printf 'root:x:0:\ntickwave:x:%s:\n' "$user" >"$root/etc/group"
for device in null zero full random urandom; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount --rbind /proc "$root/proc"
ln -s /proc/self/fd "$root/dev/fd"
bind "$stage/app" /app ro
bind "$stage/opt/tickwave" /opt/tickwave ro
bind "$stage/data" /data rw
# As in docker-compose.yml; shared memory as Docker gives it.
mount -t tmpfs -o size=64m,mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o size=64m,mode=1777 tmpfs "$root/dev/shm"
mount -o remount,ro "$root"
exec chroot "$root" /usr/bin/env --chdir=/app HOME=/data \
  setpriv --reuid "$user" --regid "$user" --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs -- "$@"
