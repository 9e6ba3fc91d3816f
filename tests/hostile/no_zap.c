/* A library to preload: the ZAP handler listens where libzmq does not ask, as if it were not there. */
#include <dlfcn.h>
#include <string.h>
#include <zmq.h>

int zmq_bind(void *socket, const char *address)
{
    int (*real)(void *, const char *) = NULL;
    void *const symbol = dlsym(RTLD_NEXT, "zmq_bind");
    memcpy(&real, &symbol, sizeof real);
    return real(socket,
                strcmp(address, "inproc://zeromq.zap.01") == 0 ? "inproc://nobody" : address);
}
