#include "node/passphrase.h"

#include "node/file.h"
#include "node/lang.h"
#include "proto/name.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

void ys_passphrase_clear(struct ys_passphrase *passphrase)
{
    sodium_memzero(passphrase, sizeof *passphrase);
}

struct ys_bytes ys_passphrase_bytes(const struct ys_passphrase *passphrase)
{
    return (struct ys_bytes){.data = (const uint8_t *)passphrase->bytes, .size = passphrase->size};
}

/* Read byte by byte up to a line feed: what follows is somebody else's. */
static enum ys_code read_line(int fd, const char *where, struct ys_passphrase *out,
                              struct ys_err *err)
{
    YS_PASSPHRASE_SCOPED line = {.size = 0};
    for (;;) {
        char c = '\0';
        const ssize_t got = read(fd, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ys_fail(err, YS_IO, "%s: %s", where, strerror(errno));
        if (got == 0 || c == '\n')
            break;
        if (c == '\0')
            return ys_fail(err, YS_MALFORMED, _("%s: a passphrase has no NUL byte"), where);
        if (line.size == YS_PASSPHRASE_MAX)
            return ys_fail(err, YS_LIMIT, _("%s: a passphrase has at most %d bytes"), where,
                           YS_PASSPHRASE_MAX);
        line.bytes[line.size++] = c;
    }
    if (line.size > 0 && line.bytes[line.size - 1] == '\r')
        line.bytes[--line.size] = '\0';
    if (line.size == 0)
        return ys_fail(err, YS_MALFORMED, _("%s: the passphrase is empty"), where);
    *out = line;
    return YS_OK;
}

enum ys_code ys_passphrase_from_file(const char *path, struct ys_passphrase *out,
                                     struct ys_err *err)
{
    struct stat info;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || fstat(fd, &info) != 0) {
        const int number = errno;
        if (fd >= 0)
            close(fd);
        return ys_fail(err, YS_IO, "%s: %s", path, strerror(number));
    }
    const enum ys_code code =
        S_ISREG(info.st_mode) && (info.st_mode & 077) != 0
            ? ys_fail(err, YS_REFUSED, _("%s: mode %04o lets others at a passphrase: chmod 600"),
                      path, (unsigned)(info.st_mode & 07777))
            : read_line(fd, path, out, err);
    close(fd);
    return code;
}

enum ys_code ys_passphrase_from_fd(int fd, struct ys_passphrase *out, struct ys_err *err)
{
    char where[48];
    snprintf(where, sizeof where, _("descriptor %d"), fd);
    return read_line(fd, where, out, err);
}

/* Wait until a line or a signal that would end the program is there. */
static enum ys_code await_line(int signal_fd, int *signal_out, struct ys_err *err)
{
    struct pollfd items[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                             {.fd = signal_fd, .events = POLLIN}};
    struct signalfd_siginfo info;
    *signal_out = 0;
    while (poll(items, 2, -1) < 0)
        if (errno != EINTR)
            return ys_fail(err, YS_IO, _("terminal: %s"), strerror(errno));
    if (items[1].revents != 0 && read(signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
        *signal_out = (int)info.ssi_signo;
    return YS_OK;
}

/* Signals that would end the program while the echo is off are held, and given back afterwards. */
static enum ys_code ask_quietly(const char *prompt, const struct termios *usual,
                                struct ys_passphrase *out, struct ys_err *err)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    sigset_t held;
    sigset_t before;
    int arrived = 0;
    sigemptyset(&held);
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
        sigaddset(&held, ending[i]);
    sigprocmask(SIG_BLOCK, &held, &before);
    const int fd = signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
    fprintf(stderr, "%s: ", prompt);
    fflush(stderr);
    enum ys_code code = fd < 0 ? ys_fail(err, YS_IO, _("terminal: %s"), strerror(errno))
                               : await_line(fd, &arrived, err);
    if (code == YS_OK && arrived == 0)
        code = read_line(STDIN_FILENO, _("terminal"), out, err);
    else if (code == YS_OK)
        code = ys_fail(err, YS_REFUSED, _("terminal: interrupted"));
    fputc('\n', stderr);
    if (fd >= 0)
        close(fd);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, usual);
    if (arrived != 0)
        raise(arrived); /* held until the mask is back */
    sigprocmask(SIG_SETMASK, &before, NULL);
    return code;
}

static enum ys_code ask_once(const char *prompt, struct ys_passphrase *out, struct ys_err *err)
{
    struct termios before;
    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return ys_fail(err, YS_IO, _("terminal: %s"), strerror(errno));
    struct termios quiet = before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    quiet.c_lflag |= ICANON | ISIG;
    quiet.c_cc[VSUSP] = _POSIX_VDISABLE;
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) != 0)
        return ys_fail(err, YS_IO, _("terminal: %s"), strerror(errno));
    return ask_quietly(prompt, &before, out, err);
}

enum ys_code ys_passphrase_ask(const char *prompt, bool is_new, struct ys_passphrase *out,
                               struct ys_err *err)
{
    char again[256];
    if (isatty(STDIN_FILENO) == 0)
        return ys_fail(err, YS_REFUSED,
                       _("%s: standard input is no terminal; give --passphrase-file FILE"), prompt);
    snprintf(again, sizeof again, _("%s (again)"), prompt);
    for (;;) {
        YS_PASSPHRASE_SCOPED second = {.size = 0};
        enum ys_code code = ask_once(prompt, out, err);
        if (code != YS_OK || !is_new)
            return code;
        code = ask_once(again, &second, err);
        if (code != YS_OK)
            return code;
        if (ys_bytes_equal(ys_passphrase_bytes(out), ys_passphrase_bytes(&second)))
            return YS_OK;
        fprintf(stderr, "%s\n", _("The two differ; once more."));
    }
}

/* --- where a command takes them from --- */

void ys_passphrases_clear(struct ys_passphrases *from)
{
    ys_passphrase_clear(&from->shared);
    from->file_count = 0;
}

/* "rc=FILE": the length of "rc"; 0 when the text names a file for every key. */
static size_t body_length(const char *text)
{
    const char *const equals = strchr(text, '=');
    if (equals == NULL)
        return 0;
    const struct ys_bytes body = {.data = (const uint8_t *)text, .size = (size_t)(equals - text)};
    return ys_body_name_valid(body) || ys_bytes_is_text(body, "root") ||
                   ys_bytes_is_text(body, "node") || ys_bytes_is_text(body, "vault")
               ? body.size
               : 0;
}

enum ys_code ys_passphrases_add_file(struct ys_passphrases *from, const char *text,
                                     struct ys_err *err)
{
    if (from->file_count == YS_PASSPHRASE_FILES_MAX)
        return ys_fail(err, YS_USAGE, _("more than %d passphrase files"), YS_PASSPHRASE_FILES_MAX);
    from->file[from->file_count++] = text;
    return YS_OK;
}

enum ys_code ys_passphrases_add_fd(struct ys_passphrases *from, const char *text,
                                   struct ys_err *err)
{
    uint64_t fd = 0;
    if (!ys_decimal_parse(ys_bytes_of_text(text), 1 << 20, &fd))
        return ys_fail(err, YS_USAGE, _("--passphrase-fd \"%s\" is no descriptor"), text);
    return ys_passphrase_from_fd((int)fd, &from->shared, err);
}

enum ys_code ys_passphrases_of_args(const struct ys_args *args, struct ys_passphrases *out,
                                    struct ys_err *err)
{
    const char *const fd = ys_args_value(args, "passphrase-fd");
    size_t place = 0;
    *out = (struct ys_passphrases){.file_count = 0};
    for (const char *file = ys_args_each(args, "passphrase-file", &place); file != NULL;
         file = ys_args_each(args, "passphrase-file", &place)) {
        const enum ys_code code = ys_passphrases_add_file(out, file, err);
        if (code != YS_OK)
            return code;
    }
    return fd == NULL ? YS_OK : ys_passphrases_add_fd(out, fd, err);
}

enum ys_code ys_passphrases_get(const struct ys_passphrases *from, const char *body,
                                const char *what, bool is_new, struct ys_passphrase *out,
                                struct ys_err *err)
{
    const char *common = NULL;
    for (size_t i = 0; i < from->file_count; i++) {
        const size_t length = body_length(from->file[i]);
        if (length == 0)
            common = from->file[i];
        else if (strlen(body) == length && strncmp(from->file[i], body, length) == 0)
            return ys_passphrase_from_file(from->file[i] + length + 1, out, err);
    }
    if (common != NULL)
        return ys_passphrase_from_file(common, out, err);
    if (from->shared.size != 0) {
        *out = from->shared;
        return YS_OK;
    }
    char prompt[256];
    snprintf(prompt, sizeof prompt, is_new ? _("New passphrase for %s") : _("Passphrase for %s"),
             what);
    return ys_passphrase_ask(prompt, is_new, out, err);
}
