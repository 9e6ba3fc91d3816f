# What deploy/quickstart and tests/run do before their own work: install Debian packages, and
# become the owner of the checkout. Sourced by bash, with $top set to the top of the checkout.

# The first text where the locale of messages is Chinese, else the second.
setup_say()
{
    case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
        zh*) printf '%s\n' "$1" ;;
        *) printf '%s\n' "$2" ;;
    esac
}

# Packages of the named sets, one a line.
setup_packages()
{
    local set
    for set in "$@"; do
        awk -v set="$set" '$1 == set { print $2 }' "$top/deploy/packages"
    done
}

setup_missing()
{
    local package
    for package in $(setup_packages "$@"); do
        case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
            *" installed") ;;
            *) printf '%s\n' "$package" ;;
        esac
    done
}

setup_apt()
{
    local sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            setup_say "$0:缺少软件包;请以 root 运行,或安装 sudo" \
                "$0: packages are missing; run as root, or install sudo" >&2
            return 3
        fi
        sudo=(sudo)
    fi
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "$@" </dev/null
}

# Print the packages of the named sets, and install those that are missing.
setup_install()
{
    local missing used
    if ! command -v dpkg-query >/dev/null; then
        setup_say "$0:本脚本适用于 Debian 12;请按 deploy/packages 自行安装软件包" \
            "$0: this is written for Debian 12; install the packages of deploy/packages by hand" >&2
        return 3
    fi
    used=$(setup_packages "$@" | tr '\n' ' ')
    missing=$(setup_missing "$@" | tr '\n' ' ')
    setup_say "所用 Debian 软件包:$used" "Debian packages used: $used"
    if [ -z "$missing" ]; then
        setup_say "均已安装。" "All of them are installed."
        return 0
    fi
    setup_say "现在用 apt-get 安装:$missing" "To be installed now with apt-get: $missing"
    setup_apt update -q || return 3
    # shellcheck disable=SC2086 # one word a package
    setup_apt install -q -y --no-install-recommends $missing || return 3
}

# Root in somebody else's checkout goes on as its owner, so that no file of root's stays behind.
# Arguments: the command line to start again.
setup_become_owner()
{
    local uid gid home
    [ "$(id -u)" -eq 0 ] || return 0
    uid=$(stat -c %u "$top")
    gid=$(stat -c %g "$top")
    [ "$uid" -ne 0 ] || return 0
    home=$(getent passwd "$uid" | cut -d: -f6)
    # --init-groups needs a name for the number; a bare number keeps no other group.
    if [ -n "$home" ]; then
        exec setpriv --reuid="$uid" --regid="$gid" --init-groups env HOME="$home" "$@"
    fi
    exec setpriv --reuid="$uid" --regid="$gid" --clear-groups env HOME=/tmp "$@"
}
