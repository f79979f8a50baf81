/* The pieces of an answer, as vLLM writes them; the same for every stream, and made once. */
#ifndef ANSWER_TEXTS_H
#define ANSWER_TEXTS_H

#include <stdlib.h>

#include "text.h"

static struct text head_and_role, content, last_content, ending;

#define CHUNK "\"id\":\"chatcmpl-a9b6e56a1a41b5d6\",\"object\":\"chat.completion.chunk\",\"created\":1795488953,\"model\":\"sim\""

/* Makes them, for answers of so many content chunks. */
static void make_texts(int tokens) {
  append(&head_and_role,
         "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n");
  append_event(&head_and_role, "{" CHUNK ",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},"
                               "\"logprobs\":null,\"finish_reason\":null}]}");
  append_event(&content, "{" CHUNK ",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" token\"},\"logprobs\":null,"
                         "\"finish_reason\":null,\"token_ids\":null}]}");
  append_event(&last_content, "{" CHUNK ",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" token\"},\"logprobs\":null,"
                              "\"finish_reason\":\"length\",\"stop_reason\":null,\"token_ids\":null}]}");
  struct text usage = {0};
  append(&usage, "{" CHUNK ",\"choices\":[],\"usage\":{\"prompt_tokens\":16,\"total_tokens\":%d,\"completion_tokens\":%d}}",
         tokens + 16, tokens);
  append_event(&ending, usage.bytes);
  append_event(&ending, "[DONE]");
  append(&ending, "0\r\n\r\n");
  free(usage.bytes);
}

#endif
