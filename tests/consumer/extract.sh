#!/bin/sh
# SPDX-License-Identifier: MIT
# Takes the first block of a language out of a Markdown file: extract.sh c README.md
set -eu
awk -v open="^\`\`\`$1\$" '
    $0 ~ open && !done { inside = 1; next }
    inside && /^```$/ { inside = 0; done = 1 }
    inside { print }
    END { exit !done }' "$2"
