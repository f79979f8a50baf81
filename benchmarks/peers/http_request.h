/* Finds the end of an HTTP request in a buffer. */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/types.h>

enum { REQUEST_LIMIT = 1 << 20 };

/* Where the header's value starts in a head that ends with a zero byte, or null. */
static const char *header(const char *head, const char *name) {
  for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
    if (strncasecmp(line + 2, name, strlen(name)) == 0) return line + 2 + strlen(name);
  }
  return NULL;
}

/* The bytes of a whole request at the buffer's start; 0 if it is not whole yet, -1 if it cannot be understood. */
static ssize_t whole_request(char *request, size_t length, char **body) {
  char *end = memmem(request, length, "\r\n\r\n", 4);
  if (!end) return length < REQUEST_LIMIT ? 0 : -1;
  size_t head = (size_t)(end - request) + 4;
  end[2] = 0;
  const char *value = header(request, "content-length:");
  size_t size = value ? strtoul(value, NULL, 10) : 0;
  bool chunked = !value && header(request, "transfer-encoding:");
  end[2] = '\r';
  if (size > REQUEST_LIMIT) return -1;
  *body = request + head;
  if (chunked) {
    char *last = memmem(*body, length - head, "0\r\n\r\n", 5);
    if (!last) return length < REQUEST_LIMIT ? 0 : -1;
    return last + 5 - request;
  }
  return head + size <= length ? (ssize_t)(head + size) : 0;
}

#endif
