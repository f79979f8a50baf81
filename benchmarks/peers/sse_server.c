/*
 * A chat completions server of known schedule, for load clients to be measured against.
 *
 * Each streamed answer is the same: a role-only chunk, N content chunks of one token each, a usage chunk, [DONE].
 * The first content chunk is due TTFT after the request was read, each further one INTERVAL later. The schedule is
 * absolute: a late write does not move the ones after it.
 *
 * One thread, epoll and a timerfd. Streams wait in queues: those before their first token, one queue a phase, and those
 * after it. All streams of a queue share its delay, so it is in order of due time and costs a constant.
 *
 * The truth that clients are held against is kept here in counters, told by GET /stats, and in histograms, told with
 * them by GET /histograms: time from the read of a request to the write of its first content chunk, gap between two content
 * writes of a stream, lateness of content writes against the schedule, and the integral of streams in flight.
 *
 * usage: sse_server [--port P] [--ttft MS] [--interval MS] [--tokens N] [--spread MS]
 *                   [--role-at MS]
 *   --port      listens on 127.0.0.1 there (8000)
 *   --ttft      from request to first token (200)
 *   --interval  between two tokens (20)
 *   --tokens    in every answer, whatever the request asks for (250)
 *   --spread    delays first tokens by a phase of 0 to this, another one for each answer (0: streams that start
 *               together go on in step, as those of one batch of vLLM do; with the interval, their tokens are spread evenly)
 *   --role-at   flushes headers and role-only chunk this long after the request (with the first token)
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "answer_texts.h"
#include "histogram.h"
#include "http_request.h"
#include "text.h"

enum { EVENTS = 512, READ_SIZE = 16384, PHASES = 64 };

/* Where a connection is. ROLE, FIRST and NEXT are streams in flight: each waits in the queue of its name. */
enum state { IDLE, ROLE, FIRST, NEXT };

struct connection {
  int fd;
  enum state state;
  bool closing;
  int phase;
  int written; /* content chunks of the stream */
  uint64_t read_nanos;
  uint64_t due_nanos;
  uint64_t last_write_nanos;
  char *pending; /* bytes that the socket did not take */
  size_t pending_length;
  char *request;
  size_t request_length;
  struct connection *next;
};

struct queue {
  struct connection *head;
  struct connection *tail;
};

static uint64_t ttft_nanos = 200 * 1000000ull;
static uint64_t interval_nanos = 20 * 1000000ull;
static uint64_t spread_nanos;
static uint64_t role_nanos;
static bool role_apart;
static int tokens = 250;
static int port = 8000;

static int poller;
static struct queue roles, firsts[PHASES], nexts;
static struct queue *earliest_first; /* of firsts, the one whose head is due first, or null */

static struct histogram first_token, gap, lateness;
static uint64_t started, ended, content_chunks, in_flight, in_flight_most, in_flight_integral, in_flight_since, broken;
static uint64_t blocked;

/* Addresses that tell the two descriptors which are no connections. */
static char listener_mark, timer_mark;

static uint64_t now_nanos(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000ull + (uint64_t)time.tv_nsec;
}

/* The integral of streams in flight, in stream-nanoseconds, brought up to now. */
static void count_in_flight(int change, uint64_t now) {
  in_flight_integral += in_flight * (now - in_flight_since);
  in_flight_since = now;
  in_flight += (uint64_t)(int64_t)change;
  if (in_flight > in_flight_most) in_flight_most = in_flight;
}

/* ---- connections ---- */

static void enqueue(struct queue *queue, struct connection *connection) {
  connection->next = NULL;
  if (queue->tail) queue->tail->next = connection;
  else queue->head = connection;
  queue->tail = connection;
}

static struct connection *dequeue(struct queue *queue) {
  struct connection *first = queue->head;
  queue->head = first->next;
  if (!queue->head) queue->tail = NULL;
  return first;
}

static void watch(struct connection *connection, bool writable) {
  struct epoll_event event = {.events = EPOLLIN | (writable ? EPOLLOUT : 0), .data.ptr = connection};
  if (epoll_ctl(poller, EPOLL_CTL_MOD, connection->fd, &event) < 0) die("epoll_ctl");
}

static void release(struct connection *connection) {
  close(connection->fd);
  free(connection->pending);
  free(connection->request);
  free(connection);
}

/* Ends a connection. One that waits in a queue is released when its turn comes. */
static void drop(struct connection *connection) {
  if (connection->state == IDLE) {
    release(connection);
    return;
  }
  connection->closing = true;
  epoll_ctl(poller, EPOLL_CTL_DEL, connection->fd, NULL);
}

/* Writes, or keeps what the socket does not take. Returns false if the client has gone. */
static bool put(struct connection *connection, const char *bytes, size_t length) {
  size_t done = 0;
  if (!connection->pending_length) {
    ssize_t sent = send(connection->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) return false;
    done = sent < 0 ? 0 : (size_t)sent;
    if (done == length) return true;
    watch(connection, true);
    blocked++;
  }
  size_t rest = length - done;
  connection->pending = realloc(connection->pending, connection->pending_length + rest);
  if (!connection->pending) die("realloc");
  memcpy(connection->pending + connection->pending_length, bytes + done, rest);
  connection->pending_length += rest;
  return true;
}

static bool flush(struct connection *connection) {
  ssize_t sent = send(connection->fd, connection->pending, connection->pending_length, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) return errno == EAGAIN;
  connection->pending_length -= (size_t)sent;
  memmove(connection->pending, connection->pending + sent, connection->pending_length);
  if (!connection->pending_length) watch(connection, false);
  return true;
}

/* The queue of two whose head is due first; either may be null or empty. */
static struct queue *earlier(struct queue *one, struct queue *other) {
  if (!other || !other->head) return one;
  if (!one || !one->head) return other;
  return other->head->due_nanos < one->head->due_nanos ? other : one;
}

static void find_earliest_first(void) {
  earliest_first = NULL;
  for (int i = 0; i < PHASES; i++) earliest_first = earlier(earliest_first, &firsts[i]);
}

/* ---- requests ---- */

/* Lets a stream wait for its first token. */
static void await_first(struct connection *connection) {
  connection->state = FIRST;
  connection->due_nanos = connection->read_nanos + ttft_nanos + spread_nanos * (uint64_t)connection->phase / PHASES;
  enqueue(&firsts[connection->phase], connection);
  find_earliest_first();
}

static void begin_stream(struct connection *connection, uint64_t now) {
  started++;
  count_in_flight(1, now);
  connection->read_nanos = now;
  connection->written = 0;
  connection->phase = (int)(started * 39 % PHASES); /* odd, near the golden ratio: neighbours are far apart */
  if (role_apart) {
    connection->state = ROLE;
    connection->due_nanos = now + role_nanos;
    enqueue(&roles, connection);
  } else {
    await_first(connection);
  }
}

static bool answer(struct connection *connection, const char *status, const char *type, const char *body) {
  struct text text = {0};
  append(&text, "HTTP/1.1 %s\r\ncontent-type: %s\r\ncontent-length: %zu\r\n\r\n%s", status, type, strlen(body), body);
  bool open = put(connection, text.bytes, text.length);
  free(text.bytes);
  return open;
}

static bool answer_stats(struct connection *connection, bool histograms, uint64_t now) {
  count_in_flight(0, now);
  struct text text = {0};
  append(&text,
         "{\"now_ns\":%llu,\"started\":%llu,\"ended\":%llu,\"broken\":%llu,\"content_chunks\":%llu,\"in_flight\":%llu,"
         "\"in_flight_most\":%llu,\"in_flight_integral_ns\":%llu,\"blocked\":%llu,\"tokens\":%d",
         (unsigned long long)now, (unsigned long long)started, (unsigned long long)ended, (unsigned long long)broken,
         (unsigned long long)content_chunks, (unsigned long long)in_flight, (unsigned long long)in_flight_most,
         (unsigned long long)in_flight_integral, (unsigned long long)blocked, tokens);
  if (histograms) {
    append_histogram(&text, "first_token_ns", &first_token);
    append_histogram(&text, "gap_ns", &gap);
    append_histogram(&text, "lateness_ns", &lateness);
  }
  append(&text, "}");
  bool open = answer(connection, "200 OK", "application/json", text.bytes);
  free(text.bytes);
  return open;
}

static bool answer_whole(struct connection *connection) {
  char body[512];
  snprintf(body, sizeof body,
           "{\"id\":\"chatcmpl-a9b6e56a1a41b5d6\",\"object\":\"chat.completion\",\"created\":1795488953,\"model\":\"sim\","
           "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\" token\"},"
           "\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":16,\"total_tokens\":17,\"completion_tokens\":1}}");
  return answer(connection, "200 OK", "application/json", body);
}

static bool starts(const char *text, const char *prefix) { return strncmp(text, prefix, strlen(prefix)) == 0; }

/* Answers one whole request, or starts its stream. The request ends with a zero byte. */
static bool take(struct connection *connection, const char *request, const char *body, uint64_t now) {
  if (starts(request, "POST /v1/chat/completions")) {
    if (!strstr(body, "\"stream\":true") && !strstr(body, "\"stream\": true")) return answer_whole(connection);
    begin_stream(connection, now);
    return true;
  }
  if (starts(request, "GET /stats")) return answer_stats(connection, false, now);
  if (starts(request, "GET /histograms")) return answer_stats(connection, true, now);
  if (starts(request, "GET /health")) return answer(connection, "200 OK", "text/plain", "");
  if (starts(request, "GET /version")) return answer(connection, "200 OK", "application/json", "{\"version\":\"0.32.0\"}");
  if (starts(request, "GET /v1/models")) {
    return answer(connection, "200 OK", "application/json",
                  "{\"object\":\"list\",\"data\":[{\"id\":\"sim\",\"object\":\"model\",\"created\":1795488953,"
                  "\"owned_by\":\"plimsoll\",\"root\":\"sim\",\"max_model_len\":32768}]}");
  }
  return answer(connection, "404 Not Found", "application/json",
                "{\"error\":{\"message\":\"Not Found\",\"type\":\"NotFoundError\",\"code\":404}}");
}

/* Reads what the client sent. Returns false if the client has gone. */
static bool receive(struct connection *connection) {
  static char bytes[READ_SIZE + 1];
  ssize_t count = recv(connection->fd, bytes, READ_SIZE, MSG_DONTWAIT);
  if (count == 0 || (count < 0 && errno != EAGAIN)) return false;
  if (count < 0) return true;
  uint64_t now = now_nanos();
  char *all = bytes;
  size_t length = (size_t)count;
  if (connection->request_length) {
    length += connection->request_length;
    connection->request = realloc(connection->request, length + 1);
    if (!connection->request) die("realloc");
    memcpy(connection->request + connection->request_length, bytes, (size_t)count);
    all = connection->request;
  }
  all[length] = 0;
  char *body = all;
  ssize_t used = whole_request(all, length, &body);
  if (used < 0) return false;
  if (used > 0) {
    if (connection->state != IDLE) return false; /* a request before the answer to the last: no client pipelines */
    connection->request_length = 0;
    return take(connection, all, body, now);
  }
  if (all == bytes) {
    connection->request = realloc(connection->request, length + 1);
    if (!connection->request) die("realloc");
    memcpy(connection->request, bytes, length);
  }
  connection->request_length = length;
  return true;
}

/* ---- the schedule ---- */

static void write_role(struct connection *connection) {
  if (!put(connection, head_and_role.bytes, head_and_role.length)) connection->closing = true;
  await_first(connection);
}

static void end_stream(struct connection *connection, uint64_t now) {
  connection->state = IDLE;
  ended++;
  count_in_flight(-1, now);
}

static bool put_content(struct connection *connection) {
  bool last = connection->written == tokens - 1;
  struct text *chunk = last ? &last_content : &content;
  if (connection->written == 0 && !role_apart) {
    char bytes[2048];
    memcpy(bytes, head_and_role.bytes, head_and_role.length);
    memcpy(bytes + head_and_role.length, chunk->bytes, chunk->length);
    return put(connection, bytes, head_and_role.length + chunk->length);
  }
  if (last) {
    char bytes[2048];
    memcpy(bytes, chunk->bytes, chunk->length);
    memcpy(bytes + chunk->length, ending.bytes, ending.length);
    return put(connection, bytes, chunk->length + ending.length);
  }
  return put(connection, chunk->bytes, chunk->length);
}

static void write_content(struct connection *connection, uint64_t now) {
  if (!put_content(connection)) {
    connection->closing = true;
    enqueue(&nexts, connection); /* released at the next turn */
    return;
  }
  content_chunks++;
  histogram_record(&lateness, now - connection->due_nanos);
  if (connection->written == 0) histogram_record(&first_token, now - connection->read_nanos);
  else histogram_record(&gap, now - connection->last_write_nanos);
  connection->last_write_nanos = now;
  connection->written++;
  if (connection->written == tokens) {
    end_stream(connection, now);
    return;
  }
  connection->state = NEXT;
  connection->due_nanos += interval_nanos;
  enqueue(&nexts, connection);
}

/* The queue whose head is due first of all, or null if no stream waits. */
static struct queue *earliest(void) {
  struct queue *found = earlier(earlier(&nexts, earliest_first), &roles);
  return found->head ? found : NULL;
}

/* Writes what is due, at most a batch of it, so that requests are read in between. */
static void write_due(void) {
  for (int i = 0; i < EVENTS; i++) {
    struct queue *queue = earliest();
    if (!queue) return;
    uint64_t now = now_nanos();
    if (queue->head->due_nanos > now) return;
    struct connection *connection = dequeue(queue);
    if (queue == earliest_first) find_earliest_first();
    if (connection->closing) {
      broken++;
      count_in_flight(-1, now);
      release(connection);
    } else if (queue == &roles) {
      write_role(connection);
    } else {
      write_content(connection, now);
    }
  }
}

static void arm(int timer) {
  static uint64_t armed;
  struct queue *queue = earliest();
  if (!queue || queue->head->due_nanos == armed) return;
  armed = queue->head->due_nanos;
  struct timespec due = {.tv_sec = (time_t)(armed / 1000000000ull), .tv_nsec = (long)(armed % 1000000000ull)};
  struct itimerspec at = {.it_value = due};
  if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL) < 0) die("timerfd_settime");
}

static void accept_all(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) {
      if (errno == EAGAIN || errno == ECONNABORTED) return;
      die("accept4: raise `ulimit -n`");
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection) die("calloc");
    connection->fd = fd;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
  }
}

static int open_listener(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd < 0) die("socket");
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) die("bind");
  if (listen(fd, 16384) < 0) die("listen");
  return fd;
}

static void serve(int listener, int timer) {
  struct epoll_event events[EVENTS];
  for (;;) {
    arm(timer);
    int count = epoll_wait(poller, events, EVENTS, -1);
    if (count < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr == &timer_mark) {
        uint64_t fired;
        if (read(timer, &fired, sizeof fired) < 0 && errno != EAGAIN) die("read");
      } else if (events[i].data.ptr == &listener_mark) {
        accept_all(listener);
      } else {
        struct connection *connection = events[i].data.ptr;
        bool open = true;
        if (events[i].events & EPOLLOUT) open = flush(connection);
        if (open && events[i].events & ~(uint32_t)EPOLLOUT) open = receive(connection);
        if (!open) drop(connection);
      }
    }
    write_due();
  }
}

static double number(const char *option, const char *value) {
  char *end;
  double parsed = value ? strtod(value, &end) : -1;
  if (!value || *end || parsed < 0) {
    fprintf(stderr, "sse_server: %s wants a number of 0 or more, not \"%s\"\n", option, value ? value : "");
    exit(2);
  }
  return parsed;
}

static void read_options(char **arguments) {
  for (char **at = arguments + 1; *at; at += 2) {
    double value = number(at[0], at[1]);
    if (!strcmp(at[0], "--port")) port = (int)value;
    else if (!strcmp(at[0], "--ttft")) ttft_nanos = (uint64_t)(value * 1e6);
    else if (!strcmp(at[0], "--interval")) interval_nanos = (uint64_t)(value * 1e6);
    else if (!strcmp(at[0], "--tokens")) tokens = (int)value;
    else if (!strcmp(at[0], "--spread")) spread_nanos = (uint64_t)(value * 1e6);
    else if (!strcmp(at[0], "--role-at")) role_nanos = (uint64_t)(value * 1e6), role_apart = true;
    else {
      fprintf(stderr, "sse_server: unknown option %s; the comment at the top of sse_server.c lists them\n", at[0]);
      exit(2);
    }
  }
  if (tokens < 1) {
    fprintf(stderr, "sse_server: --tokens must be at least 1\n");
    exit(2);
  }
}

int main(int count, char **arguments) {
  (void)count;
  read_options(arguments);
  make_texts(tokens);
  signal(SIGPIPE, SIG_IGN);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  poller = epoll_create1(0);
  int listener = open_listener();
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  if (poller < 0 || timer < 0) die("epoll_create1, timerfd_create");
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = &listener_mark};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event) < 0) die("epoll_ctl");
  event.data.ptr = &timer_mark;
  if (epoll_ctl(poller, EPOLL_CTL_ADD, timer, &event) < 0) die("epoll_ctl");
  in_flight_since = now_nanos();
  serve(listener, timer);
}
