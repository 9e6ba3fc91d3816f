# What deploy/quickstart and tests/run do before their own work: install Debian packages, and
# become the owner of the checkout. Sourced by bash, with $top set to the top of the checkout.

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
            echo "$0: packages are missing; run as root, or install sudo" >&2
            return 3
        fi
        sudo=(sudo)
    fi
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "$@" </dev/null
}

# Print the packages of the named sets, and install those that are missing.
setup_install()
{
    local missing
    if ! command -v dpkg-query >/dev/null; then
        echo "$0: this is written for Debian 12; install the packages of deploy/packages by hand" >&2
        return 3
    fi
    echo "Debian packages used:" $(setup_packages "$@")
    missing=$(setup_missing "$@")
    if [ -z "$missing" ]; then
        echo "All of them are installed."
        return 0
    fi
    echo "To be installed now with apt-get:" $missing
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
