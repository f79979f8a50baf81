/*
 * The least that a streaming load client can do: epoll, read, find line ends, stamp. What it costs, and how late it
 * stamps, is what the machine allows; other clients are told as multiples of it.
 *
 * A closed loop: each of N connections sends its next request when the answer to the one before has ended. A stream's
 * data lines are known to be a role-only chunk, the tokens, the usage chunk and [DONE], as sse_server.c writes them, so
 * their place tells what they are; nothing is parsed. An instant is taken once after each read.
 *
 * usage: sse_reader --port P --streams N --seconds S
 * Starts no request after S seconds, waits for those in flight, and prints one JSON object.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "histogram.h"

enum { EVENTS = 512, READ_SIZE = 16384 };

/* Data lines of a stream that are no tokens: the role-only chunk before them, usage and [DONE] after. */
enum { BEFORE_TOKENS = 1, AFTER_TOKENS = 2 };

/* How much of a line that began in an earlier read is kept: enough to tell "data: [DONE]" and the status. */
enum { KEPT = 16 };

struct stream {
  int fd;
  int lines; /* data lines of this answer */
  uint64_t sent_nanos;
  uint64_t last_nanos;   /* of the latest data line */
  uint64_t before_nanos; /* of the one before it */
  size_t kept_length;
  char kept[KEPT];
};

static int port, streams;
static double seconds;
static uint64_t stop_nanos;
static int poller, open_streams;
static struct histogram ttft, gap;
static uint64_t requests, tokens, reads, bad;

static const char BODY[] = "{\"model\":\"sim\",\"messages\":[{\"role\":\"user\",\"content\":\"Tell me of the sea.\"}],"
                           "\"stream\":true,\"stream_options\":{\"include_usage\":true}}";
static char request[1024];
static size_t request_length;

static uint64_t now_nanos(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000ull + (uint64_t)time.tv_nsec;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void send_request(struct stream *stream, uint64_t now) {
  stream->lines = 0;
  stream->sent_nanos = now;
  if (send(stream->fd, request, request_length, MSG_NOSIGNAL) != (ssize_t)request_length) die("send");
}

static void finish(struct stream *stream, uint64_t now) {
  requests++;
  tokens += (uint64_t)(stream->lines - BEFORE_TOKENS - AFTER_TOKENS);
  if (now < stop_nanos) {
    send_request(stream, now);
  } else {
    close(stream->fd);
    open_streams--;
  }
}

/*
 * A data line before [DONE] has arrived. The gap before a line is recorded when the next one comes, for the last of
 * them is the usage line, which is no token.
 */
static void data_line(struct stream *stream, uint64_t now) {
  if (stream->lines > BEFORE_TOKENS + 1) histogram_record(&gap, stream->last_nanos - stream->before_nanos);
  stream->lines++;
  if (stream->lines == BEFORE_TOKENS + 1) histogram_record(&ttft, now - stream->sent_nanos);
  stream->before_nanos = stream->last_nanos;
  stream->last_nanos = now;
}

/* Whether the line is the end of the answer. */
static bool take_line(struct stream *stream, const char *line, size_t length, uint64_t now) {
  if (length < 6 || memcmp(line, "data: ", 6) != 0) {
    if (length >= 12 && memcmp(line, "HTTP/1.1", 8) == 0 && memcmp(line + 9, "200", 3) != 0) bad++;
    return false;
  }
  if (line[6] == '[') {
    stream->lines++;
    return true;
  }
  data_line(stream, now);
  return false;
}

static void keep(struct stream *stream, const char *bytes, size_t length) {
  size_t room = KEPT - stream->kept_length;
  size_t taken = length < room ? length : room;
  memcpy(stream->kept + stream->kept_length, bytes, taken);
  stream->kept_length += taken;
}

static void receive(struct stream *stream) {
  static char bytes[READ_SIZE];
  ssize_t count = recv(stream->fd, bytes, READ_SIZE, MSG_DONTWAIT);
  uint64_t now = now_nanos();
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) {
    fprintf(stderr, "sse_reader: the server closed a connection\n");
    exit(1);
  }
  reads++;
  bool ended = false;
  const char *at = bytes;
  const char *limit = bytes + count;
  for (;;) {
    const char *end = memchr(at, '\n', (size_t)(limit - at));
    if (!end) break;
    if (stream->kept_length) {
      keep(stream, at, (size_t)(end - at));
      ended |= take_line(stream, stream->kept, stream->kept_length, now);
      stream->kept_length = 0;
    } else {
      ended |= take_line(stream, at, (size_t)(end - at), now);
    }
    at = end + 1;
  }
  keep(stream, at, (size_t)(limit - at));
  if (ended) finish(stream, now);
}

static void open_stream(struct stream *stream) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  stream->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (stream->fd < 0) die("socket: raise `ulimit -n`");
  if (connect(stream->fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
  int on = 1;
  setsockopt(stream->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = stream};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, stream->fd, &event) < 0) die("epoll_ctl");
}

static double millis(const struct histogram *histogram, double quantile) {
  uint64_t rank = (uint64_t)(quantile * (double)histogram->count + 0.999999), seen = 0;
  for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
    seen += histogram->counts[i];
    if (seen && seen >= rank) return (double)histogram_value(i) / 1e6;
  }
  return 0;
}

int main(int count, char **arguments) {
  for (int i = 1; i + 1 < count; i += 2) {
    if (!strcmp(arguments[i], "--port")) port = atoi(arguments[i + 1]);
    if (!strcmp(arguments[i], "--streams")) streams = atoi(arguments[i + 1]);
    if (!strcmp(arguments[i], "--seconds")) seconds = atof(arguments[i + 1]);
  }
  if (port <= 0 || streams <= 0 || seconds <= 0) {
    fprintf(stderr, "usage: sse_reader --port P --streams N --seconds S\n");
    return 2;
  }
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  request_length = (size_t)snprintf(request, sizeof request,
                                    "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                                    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                                    port, sizeof BODY - 1, BODY);
  poller = epoll_create1(0);
  struct stream *all = calloc((size_t)streams, sizeof *all);
  if (poller < 0 || !all) die("epoll_create1, calloc");
  for (int i = 0; i < streams; i++) open_stream(&all[i]);
  open_streams = streams;
  uint64_t begin = now_nanos();
  stop_nanos = begin + (uint64_t)(seconds * 1e9);
  for (int i = 0; i < streams; i++) send_request(&all[i], now_nanos());
  struct epoll_event events[EVENTS];
  while (open_streams > 0) {
    int ready = epoll_wait(poller, events, EVENTS, -1);
    for (int i = 0; i < ready; i++) receive(events[i].data.ptr);
  }
  printf("{\"requests\":%llu,\"bad\":%llu,\"tokens\":%llu,\"reads\":%llu,\"ttft_p50_ms\":%.3f,\"ttft_p99_ms\":%.3f,"
         "\"itl_p50_ms\":%.3f,\"itl_p99_ms\":%.3f}\n",
         (unsigned long long)requests, (unsigned long long)bad, (unsigned long long)tokens, (unsigned long long)reads,
         millis(&ttft, 0.5), millis(&ttft, 0.99), millis(&gap, 0.5), millis(&gap, 0.99));
  return 0;
}
