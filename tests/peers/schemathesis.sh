#!/usr/bin/env bash
# Asks a running kiosk what its OpenAPI document allows and what it does not, and fails on any answer that the document
# does not tell of, and on any 5xx. Says how many cases it tried.
#
# usage: schemathesis.sh URL [TOKEN]; schemathesis is in PYTHONPATH; leaves its report in the folder it is called in
set -euo pipefail
url=$1 token=${2:-}
report=report-$([ -n "$token" ] && echo token || echo open).json
words=(
    run "$url/openapi.json" --url "$url"
    --phases examples,coverage,fuzzing --max-examples 60 --generation-deterministic
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance
    --checks response_schema_conformance,unsupported_method,allow_header_conformance
    # What a terminal is told is for a terminal that is connected: its own tests do that.
    --workers 1 --request-timeout 20 --continue-on-failure --suppress-health-check all --warnings off --no-color
    # A stream of events has no end to wait for: tests/events.rs reads it.
    --exclude-path "/file/{pin}/events"
    --report json --report-json-path "$report"
)
[ -z "$token" ] || words+=(--header "Authorization:$token")
# A piece of an upload is bytes like any others.
python3 -c '
import sys
import schemathesis
from schemathesis.cli import schemathesis as run

@schemathesis.serializer("application/offset+octet-stream")
def piece(context, value):
    return value if isinstance(value, (bytes, str)) else getattr(value, "data", b"")

sys.exit(run())' "${words[@]}"
python3 -c 'import json, sys; print("cases:", json.load(open(sys.argv[1]))["test_cases"]["generated"])' "$report"
