#!/usr/bin/env bash
# Runs libFuzzer on each target, two at a time, and prints what came of it. The first crash ends it; its input stays.
#   run.sh SECONDS PROGRAM...    in a folder of the build, which gets <target>.log, corpus/ and crashes/
set -euo pipefail
sources=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
seconds=$1
shift

longest() { # the length of the longest input: large enough for several tensors, small enough for many inputs a second
  case $1 in csv) echo 1024 ;; idx) echo 2048 ;; *) echo 4096 ;; esac
}
target_of() { basename "$1" | sed 's/^etch_fuzz_//'; }

declare -A target_at=() # by process
# Not asked to end: libFuzzer's answer allocates, which a target may forbid at that moment.
stop() { for process in "${!target_at[@]}"; do kill -KILL "$process" 2>/dev/null || true; done; }
trap stop EXIT
wait_for_one() {
  local process result=0
  wait -n -p process "${!target_at[@]}" || result=$?
  local target=${target_at[$process]}
  unset "target_at[$process]"
  [ "$result" -eq 0 ] && return
  tail -n 60 "$target.log"
  echo "fuzz: $target failed; its input is in $PWD/crashes"
  exit 1
}

mkdir -p crashes
for program in "$@"; do
  target=$(target_of "$program")
  mkdir -p "corpus/$target"
  while [ ${#target_at[@]} -ge 2 ]; do wait_for_one; done
  "$program" "corpus/$target" "$sources/seeds/$target" -dict="$sources/$target.dict" -max_len="$(longest "$target")" \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=256 -print_final_stats=1 \
    -artifact_prefix="crashes/$target-" >"$target.log" 2>&1 &
  target_at[$!]=$target
done
while [ ${#target_at[@]} -gt 0 ]; do wait_for_one; done

total=0
printf '%-12s %12s %10s %10s %8s\n' target executions 'a second' branches crashes
for program in "$@"; do
  target=$(target_of "$program")
  executions=$(awk '/^stat::number_of_executed_units/ {print $2}' "$target.log")
  rate=$(awk '/^stat::average_exec_per_sec/ {print $2}' "$target.log")
  branches=$(grep -o ' cov: [0-9]*' "$target.log" | tail -n 1 | tr -dc 0-9)
  printf '%-12s %12d %10d %10d %8d\n' "$target" "$executions" "$rate" "$branches" 0
  total=$((total + executions))
done
echo "fuzz: $# targets, $total executions, 0 crashes"
