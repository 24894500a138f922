#!/usr/bin/env bash
# An adapter in bash with curl and jq: the protocol, and a small client of TensorOne that a case can be given to.
make() { # the line of the case in $1
  local base key output poll job status
  base=$(jq -r .base_url <<<"$1") key=$(jq -r .api_key <<<"$1")
  output=$(jq -r .output <<<"$1") poll=$(jq -r .poll_seconds <<<"$1")
  call() { curl -sS --max-time 10 -H "Authorization: Bearer $key" "$@"; }
  job=$(jq -c '{prompt: .input.prompt} + .input.options' <<<"$1" |
    call -H 'Content-Type: application/json' -d @- "$base/v2/ai/text-to-video") || return
  while status=$(jq -r .status <<<"$job") || return; [[ $status == queued || $status == processing ]]; do
    sleep "$(jq -n "$poll * 1.1")"
    job=$(call "$base/v2/ai/videos/$(jq -r .videoId <<<"$job")/status") || return
  done
  if [[ $status == completed ]]; then
    curl -sS --max-time 10 -o "$output" "$(jq -r .videoUrl <<<"$job")" || return
  fi
  jq -c '{outcome: .status, message: .error, jobs: [.videoId]}' <<<"$job"
}

while read -r line; do
  case $(jq -r .type <<<"$line") in
  hello) echo '{"type": "hello", "name": "example"}' ;;
  run)
    told=$(make "$line" 2>/dev/null) || told='{"outcome": "error"}'
    jq -c --arg id "$(jq -r .id <<<"$line")" '{type: "result", id: $id} + .' <<<"${told:-"{\"outcome\": \"error\"}"}"
    ;;
  bye) exit ;;
  esac
done
