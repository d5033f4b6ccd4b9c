/* The yardstick: connects to every port of a range once, WINDOW at a time, with one epoll, and nothing more.
 *
 *   epoll_loop ADDRESS FIRST LAST WINDOW      prints: seconds open refused other
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 256 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int begin(int epoll, struct sockaddr_in target, int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct epoll_event wanted = { .events = EPOLLOUT, .data.fd = fd };
    target.sin_port = htons((unsigned short)port);
    if (fd < 0 || (connect(fd, (struct sockaddr *)&target, sizeof target) && errno != EINPROGRESS))
        return -1;
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted);
}

static int end(int fd)
{
    int code = 0;
    socklen_t size = sizeof code;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size);
    close(fd);
    return code;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    struct sockaddr_in target = { .sin_family = AF_INET };
    if (inet_pton(AF_INET, argv[1], &target.sin_addr) != 1)
        return 2;
    int port = atoi(argv[2]), last = atoi(argv[3]), window = atoi(argv[4]);
    int open_ports = 0, refused = 0, other = 0, flying = 0, epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event ready[BATCH];
    double began = now();
    while (port <= last || flying) {
        for (; port <= last && flying < window; port++, flying++)
            if (begin(epoll, target, port))
                return 1;
        int count = epoll_wait(epoll, ready, BATCH, -1);
        for (int i = 0; i < count; i++, flying--) {
            int code = end(ready[i].data.fd);
            open_ports += code == 0;
            refused += code == ECONNREFUSED;
            other += code != 0 && code != ECONNREFUSED;
        }
    }
    printf("%.6f %d %d %d\n", now() - began, open_ports, refused, other);
    return 0;
}
