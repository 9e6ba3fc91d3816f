"""What the floors' libraries may ask of the system: `nm -u` over each object file."""

import fnmatch
import re
import subprocess

# Names that belong together. A pattern is a shell pattern over whole symbol names.
FAMILIES = {
    "clock": "time clock clock_* gettimeofday nanosleep sleep usleep timer_* timerfd_* localtime* "
    "gmtime* mktime ctime* asctime* strftime zmq_stopwatch_* zmq_sleep",
    "random": "rand rand_r srand random srandom drand48 getrandom getentropy arc4random* "
    "randombytes* RAND_* crypto_*_keygen crypto_sign_keypair crypto_box_keypair zmq_curve_keypair",
    "thread": "pthread_* thrd_* mtx_* cnd_* sem_* fork vfork clone posix_spawn* zmq_threadstart",
    "socket": "socket socketpair bind connect listen accept accept4 send sendto sendmsg recv "
    "recvfrom recvmsg poll ppoll select epoll_* getaddrinfo getnameinfo getsockopt setsockopt "
    "getpeername getsockname shutdown zmq_*",
    "environment": "getenv secure_getenv setenv putenv unsetenv environ setlocale",
    "lmdb": "mdb_*",
    "file": "open open64 openat openat64 creat fopen fopen64 fdopen freopen read pread* write pwrite* "
    "fread fwrite fgets getline unlink rename mkdir stat stat64 fstat* lstat* fsync fdatasync "
    "opendir readdir* flock",
    "output": "printf vprintf __printf_chk __vprintf_chk fprintf vfprintf __fprintf_chk "
    "__vfprintf_chk puts fputs putchar fputc syslog stdout stderr perror",
    "memory": "malloc calloc realloc free strdup strndup asprintf vasprintf reallocarray",
    "exit": "exit _exit abort",
}

ALL = frozenset(FAMILIES)
# Floor -> families that no object of its library may reference ...
FORBIDDEN = {
    "crypto": ALL,
    "proto": ALL - {"memory"},
    "sync": ALL - {"memory"},
}
# ... but for these: (floor, object) -> families, each with its reason.
ALLOWED = {
    ("crypto", "err"): {"output", "exit"},  # a failed assertion is printed, then ends the program
    # the one file that knows LMDB, whose map must not move under another thread
    ("sync", "kv"): {"lmdb", "file", "thread"},
    ("sync", "kv_file"): {"file"},
    ("sync", "blob"): {"file"},  # contents of attachments
    ("sync", "blob_each"): {"file"},
    ("sync", "blob_part"): {"file"},
    ("sync", "zmq_link"): {"socket", "random"},  # the one transport; srand: see style.py
    ("sync", "zap"): {"socket"},
    ("sync", "poll"): {"socket"},
    ("sync", "meter"): {"socket"},  # asks the kernel what came in on libzmq's descriptors
}

_MEMBER = re.compile(r"^(?P<name>\S+?)\.c\.o:$|^\S*\[(?P<name2>\S+?)\.c\.o\]:$")


def family_of(symbol):
    """First family whose pattern fits, or None."""
    for family, patterns in FAMILIES.items():
        if any(fnmatch.fnmatchcase(symbol, p) for p in patterns.split()):
            return family
    return None


def read_nm(text):
    """(object name, symbol) for each undefined symbol in the output of nm."""
    member = "?"
    for line in text.splitlines():
        match = _MEMBER.match(line.strip())
        if match:
            member = match["name"] or match["name2"]
        elif line.strip():
            yield member, line.split()[-1].split("@")[0]


def findings(floor, nm_output):
    for member, symbol in read_nm(nm_output):
        family = family_of(symbol)
        if family in FORBIDDEN[floor] and family not in ALLOWED.get((floor, member), set()):
            yield f"{floor}/{member}.c: uses {symbol} ({family}), which {floor} may not"


def undefined_symbols(floor, library):
    ran = subprocess.run(["nm", "-u", library], capture_output=True, text=True, check=True)
    members = {member for member, _ in read_nm(ran.stdout)}
    if not members or "?" in members:
        yield f"{library}: nm printed no member that is ours"
    yield from findings(floor, ran.stdout)
