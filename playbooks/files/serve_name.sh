#!/bin/sh
# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# What a node does at its first boot: it leaves itself a program to start at every boot, and starts it.
mkdir -p site
echo "Hello, I am $ANYCLOUD_NAME." > site/index.html
cat > rc.local <<'START'
#!/bin/sh
exec python3 -m http.server --bind "$ANYCLOUD_ADDRESS" --directory site 8080 > web.log 2>&1
START
chmod +x rc.local
