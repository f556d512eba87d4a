# Runs checks and tells how they went.
# shellcheck shell=bash disable=SC2154

passed=0
failed=0

# run_check NAME: calls check_NAME, with _ for -, in a process of its own. What it says is shown where it fails, with the
# command that failed; what it tells with `detail` is always shown.
run_check() {
  local log=$layer/check.log detail='' start=$SECONDS status=0
  : >"$layer/detail"
  set +e
  (
    set -eE
    trap 'echo "failed: ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND" >&2' ERR
    "check_${1//-/_}"
  ) >"$log" 2>&1
  status=$?
  set -e
  detail=$(paste -sd ';' "$layer/detail" | sed 's/;/; /g')
  if ((status == 0)); then
    passed=$((passed + 1))
    printf 'ok      %-24s %3d s  %s\n' "$1" $((SECONDS - start)) "$detail"
    return
  fi
  failed=$((failed + 1))
  printf 'FAILED  %-24s %3d s  %s\n' "$1" $((SECONDS - start)) "$detail"
  tail -n 40 "$log" | sed 's/^/          /'
  inside journalctl --unit xdpfwd --lines 20 --output short-precise 2>/dev/null | sed 's/^/          /' || true
  (recover) >/dev/null 2>&1 || true
}

# So that what one check has left behind is not the next one's failure as well.
recover() {
  tell end
  rm -rf "$guest/etc/systemd/system/xdpfwd.service.d"
  inside systemctl daemon-reload
  configure '{}'
  inside systemctl restart xdpfwd
}

detail() { echo "$*" >>"$layer/detail"; }

# For a command that has to fail.
fails() {
  "$@" || return 0
  echo "did not fail: $*"
  return 1
}

# says TEXT COMMAND...: the command's output has the text in it.
says() {
  local said
  said=$("${@:2}" 2>&1) || true
  [[ $said == *"$1"* ]] && return
  echo "$said"
  echo "does not say: $1"
  return 1
}
