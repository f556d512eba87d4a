# How the quickstart talks: headings, commands as typed with their output, and what was expected of them.
# shellcheck shell=bash disable=SC2034

if [[ -t 1 && ! ${NO_COLOR-} && ${TERM-dumb} != dumb ]]; then
  bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' cyan=$'\e[36m' plain=$'\e[0m' color=always
else
  bold='' dim='' red='' green='' cyan='' plain='' color=never
fi
headings=0
failure_log=''  # a file whose end tells more about a failure

heading() {
  headings=$((headings + 1))
  printf '\n%s%d. %s%s\n' "$bold" "$headings" "$1" "$plain"
}

note() { printf '   %s%s%s\n' "$dim" "$1" "$plain"; }

# Indents what it reads.
indent() { sed 's/^/     /'; }

# Keeps what a build says in a file, and on a terminal shows how far it is.
progress() {
  local line
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$1"
    [[ ! -t 1 || ! $line =~ ^\[([0-9]+/[0-9]+)\] ]] || printf '\r     %s' "${BASH_REMATCH[1]}"
  done
  [[ ! -t 1 ]] || printf '\r\e[K'
}

# typed PLACE COMMAND...: a command line, after the prompt of the machine where it is given.
typed() {
  printf '   %s%s #%s %s%s%s\n' "$cyan" "$1" "$plain" "$bold" "${*:2}" "$plain"
}

# run PLACE COMMAND...: gives it there and shows its output, which stays in $output. Its status says nothing:
# what matters is expected afterwards.
run() {
  typed "$@"
  output=$("on_$1" "${@:2}" 2>&1) || true
  [[ ! $output ]] || indent <<<"$output"
}

passed() { printf '   %s✓%s %s\n' "$green" "$plain" "$1"; }

failed() {
  printf '   %s✗ %s%s\n' "$red" "$1" "$plain" >&2
  [[ ! -s $failure_log ]] || tail -n 40 "$failure_log" | indent >&2
  exit 1
}

# expect TEXT COMMAND...: a check mark when the command succeeds; otherwise the end.
expect() {
  if "${@:2}"; then passed "$1"; else failed "not so: $1"; fi
}
