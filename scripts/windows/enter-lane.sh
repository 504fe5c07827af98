#!/bin/sh
# Runs one command in a root of its own. It is process 1 of new mount and process namespaces, so all that it
# mounts and starts ends with it, however it ends.
#
#   enter-lane.sh SCRATCH ROOT CWD [bind FROM TO | overlay FROM TO]... -- COMMAND...
#
# SCRATCH is an empty folder to mount on, ROOT the root to run in ("/" for the system's own). FROM is outside it, TO
# inside. A bind is shared with the system, an overlay keeps what is written for this run only.
set -eu
scratch=$1 lower=$2 cwd=$3
shift 3
root=$scratch/root
layers=0

overlay() {
  layers=$((layers + 1))
  layer=$scratch/layer-$layers
  mkdir -p "$layer/lower" "$layer/upper" "$layer/work"
  # By way of a bind mount, because the options of an overlay cannot take every path.
  mount --bind "$1" "$layer/lower"
  mount -t overlay overlay -o "lowerdir=$layer/lower,upperdir=$layer/upper,workdir=$layer/work" "$2" 2>/dev/null
}

mount -t tmpfs -o mode=0755 crosspane "$scratch"
mkdir "$root"
if [ "$lower" = / ]; then
  mount --rbind / "$root"
  mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
else
  overlay "$lower" "$root"
  mkdir -p -m 1777 "$root/tmp"
  mount --rbind /sys "$root/sys"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
fi
# The old one would show the processes outside.
mount -t proc proc "$root/proc"

while [ "$1" != -- ]; do
  kind=$1 from=$2 to=$root$3
  shift 3
  if [ -d "$from" ]; then mkdir -p "$to"; else mkdir -p "${to%/*}" && touch "$to"; fi
  case $kind in
    bind) mount --bind "$from" "$to" ;;
    # Where there is no overlay, a copy does the same, more slowly.
    overlay) overlay "$from" "$to" || cp -a "$from/." "$to/" ;;
  esac
done
shift

# Ctrl-C is for the command: it must not change the exit code of this shell, nor be ignored by the command.
trap : INT
exit_code=0
chroot "$root" sh -c 'cd "$1" && shift && exec "$@"' sh "$cwd" "$@" || exit_code=$?
exit $exit_code
