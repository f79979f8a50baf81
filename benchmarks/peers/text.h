/* Texts that grow, and what is told in them. */
#ifndef TEXT_H
#define TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "histogram.h"

struct text {
  char *bytes;
  size_t length;
};

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void append(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void append(struct text *text, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *added = NULL;
  int length = vasprintf(&added, format, arguments);
  va_end(arguments);
  if (length < 0) die("vasprintf");
  text->bytes = realloc(text->bytes, text->length + (size_t)length + 1);
  if (!text->bytes) die("realloc");
  memcpy(text->bytes + text->length, added, (size_t)length + 1);
  text->length += (size_t)length;
  free(added);
}

/* Adds one server-sent event as one HTTP chunk, as vLLM's server writes them. */
static void append_event(struct text *text, const char *data) {
  append(text, "%zx\r\ndata: %s\n\n\r\n", strlen(data) + 8, data);
}

/* Adds a member of a JSON object: the count, and value and count of each bucket that holds something. */
static void append_histogram(struct text *text, const char *name, const struct histogram *histogram) {
  append(text, ",\"%s\":{\"count\":%llu,\"buckets\":[", name, (unsigned long long)histogram->count);
  const char *separator = "";
  for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
    if (!histogram->counts[i]) continue;
    append(text, "%s[%llu,%llu]", separator, (unsigned long long)histogram_value(i),
           (unsigned long long)histogram->counts[i]);
    separator = ",";
  }
  append(text, "]}");
}

#endif
