/*
 * A peer of the copydata: transport without Node: docs/wire-protocol.md is enough to write it.
 *
 *   copydata-peer call NAME SERVICE METHOD FINGERPRINT A B
 *       calls METHOD(A, B) on a server and prints the number that it returns
 *   copydata-peer call-twice ...
 *       the same, but sends each chunk twice, and under another window's handle
 *   copydata-peer call-skip ...
 *       the same, but skips a number of its chunks
 *   copydata-peer serve NAME SERVICE METHOD FINGERPRINT [MS]
 *       answers METHOD(text) with the text in capitals; each chunk of a stream blocks its window
 *       for MS milliseconds
 *   copydata-peer hang NAME
 *       has the window of a server, and never handles its messages
 */
#include "copydata.h"
#include "msgpack.h"

enum { HELLO, WELCOME, END, CALL, NOTIFY, RESULT, ERROR_, CANCEL, GOODBYE };

static wchar_t title[280], mutex[280];
static uint32_t calls;

static void put_limits(writer *w) {
  put_map(w, 4);
  put_text(w, "maxMessageBytes");
  put_uint(w, 65536);
  put_text(w, "maxCallsInFlight");
  put_uint(w, 16);
  put_text(w, "maxNesting");
  put_uint(w, 64);
  put_text(w, "maxElements");
  put_uint(w, 1000);
}

static void send_written(const writer *w) { send_frame(w->bytes, w->length); }

static void say_goodbye(void) {
  writer w = {.length = 0};
  put_array(&w, 2);
  put_uint(&w, GOODBYE);
  put_uint(&w, 0);
  send_written(&w);
}

/* Client */

static const uint8_t *wait_for_message(uint32_t *length) {
  for (;;) {
    const uint8_t *message = next_frame(length);
    if (message != NULL) return message;
    if (link_.peer_closed || !link_.is_open) die("the connection is over");
    wait_for_chunk();
  }
}

/* Finds the numbers of a service and its method in a welcome. */
static int find_method(reader *r, char **names, uint32_t *service_number, uint32_t *method_number) {
  if (get_array(r) < 5 || get_uint(r) != WELCOME) return 0;
  skip(r);
  skip(r);
  skip(r);
  size_t services = get_array(r);
  for (uint32_t service = 0; service < services && !r->failed; service++) {
    get_array(r);
    int is_service = next_is_text(r, names[0]);
    skip(r);
    size_t methods = get_array(r);
    for (uint32_t method = 0; method < methods && !r->failed; method++) {
      get_array(r);
      int is_method = is_service && next_is_text(r, names[1]);
      if (!is_service) skip(r);
      skip(r);
      int is_same = is_method && next_is_text(r, names[2]);
      if (!is_method) skip(r);
      if (is_method && !is_same) die("the method was generated from another contract");
      if (!is_same) continue;
      *service_number = service;
      *method_number = method;
      return 1;
    }
  }
  return 0;
}

static int call(char **names, uint32_t a, uint32_t b) {
  make_window(L"");
  HWND server = FindWindowExW(HWND_MESSAGE, NULL, NULL, title);
  if (server == NULL) die("no server has this name");
  introduce(server, OPEN, NULL);
  while (!link_.is_open && !link_.peer_closed) wait_for_chunk();

  writer hello = {.length = 0};
  put_array(&hello, 6);
  put_uint(&hello, HELLO);
  put_uint(&hello, 0);
  put_text(&hello, "crosspane");
  put_uint(&hello, 1);
  put_limits(&hello);
  put_array(&hello, 0);
  send_written(&hello);

  uint32_t length, service, method;
  const uint8_t *message = wait_for_message(&length);
  reader welcome = {message, message + length, 0};
  if (!find_method(&welcome, names, &service, &method)) die("the server does not offer this method");

  writer request = {.length = 0};
  put_array(&request, 5);
  put_uint(&request, CALL);
  put_uint(&request, 0);
  put_uint(&request, service);
  put_uint(&request, method);
  put_array(&request, 2);
  put_uint(&request, a);
  put_uint(&request, b);
  send_written(&request);

  message = wait_for_message(&length);
  reader answer = {message, message + length, 0};
  get_array(&answer);
  int is_result = get_uint(&answer) == RESULT && get_uint(&answer) == 0;
  uint64_t sum = get_uint(&answer);
  if (!is_result || answer.failed) die("the answer is not a result");
  printf("%llu\n", (unsigned long long)sum);
  say_goodbye();
  send_next(CLOSE_, NULL, 0);
  return 0;
}

/* Server */

static void welcome(char **names) {
  writer w = {.length = 0};
  put_array(&w, 5);
  put_uint(&w, WELCOME);
  put_uint(&w, 0);
  put_uint(&w, 1);
  put_limits(&w);
  put_array(&w, 1);
  put_array(&w, 3);
  put_text(&w, names[0]);
  put_text(&w, "0000000000000000");
  put_array(&w, 1);
  put_array(&w, 3);
  put_text(&w, names[1]);
  put_false(&w);
  put_text(&w, names[2]);
  send_written(&w);
}

static void answer(reader *r) {
  uint32_t id = (uint32_t)get_uint(r);
  skip(r);
  skip(r);
  get_array(r);
  size_t length;
  const char *text = get_text(r, &length);
  writer w = {.length = 0};
  calls++;
  if (r->failed || length > 1000) {
    put_array(&w, 4);
    put_uint(&w, ERROR_);
    put_uint(&w, id);
    put_uint(&w, 3);
    put_text(&w, "the argument is not a short text");
    return send_written(&w);
  }
  char upper[1024];
  for (size_t i = 0; i < length; i++) upper[i] = text[i] >= 'a' && text[i] <= 'z' ? text[i] - 32 : text[i];
  if (length == 1 && *text == '?') {
    length = (size_t)snprintf(upper, sizeof upper, "%u calls, %u duplicates", calls, link_.duplicates);
  }
  put_array(&w, 3);
  put_uint(&w, RESULT);
  put_uint(&w, id);
  put_text_bytes(&w, upper, length);
  send_written(&w);
}

static void serve_message(const uint8_t *message, uint32_t length, char **names) {
  reader r = {message, message + length, 0};
  get_array(&r);
  switch (get_uint(&r)) {
    case HELLO:
      return welcome(names);
    case CALL:
      return answer(&r);
    case GOODBYE:
      return say_goodbye();
  }
}

static void serve(char **names) {
  if (CreateMutexW(NULL, FALSE, mutex) == NULL || GetLastError() == ERROR_ALREADY_EXISTS) die("the name is taken");
  make_window(title);
  puts("ready");
  fflush(stdout);
  for (;;) {
    if (wait_for_chunk() == OPEN) introduce(link_.peer, ACCEPT, link_.peer_key);
    uint32_t length;
    for (const uint8_t *message; (message = next_frame(&length)) != NULL;) serve_message(message, length, names);
    if (!link_.peer_closed) continue;
    send_next(CLOSE_, NULL, 0);
    forget();
  }
}

static int hang(void) {
  make_window(title);
  puts("ready");
  fflush(stdout);
  Sleep(INFINITE);
  return 0;
}

int main(int count, char **arguments) {
  if (count < 3) die("copydata-peer call|serve|hang NAME ...");
  wchar_t upper[200];
  swprintf(upper, 200, L"%hs", arguments[2]);
  swprintf(title, 280, L"crosspane:%ls", upper);
  swprintf(mutex, 280, L"Local\\crosspane-copydata-%ls", _wcsupr(upper));
  link_.sends_twice = strcmp(arguments[1], "call-twice") == 0;
  link_.skips = strcmp(arguments[1], "call-skip") == 0;
  if (strncmp(arguments[1], "call", 4) == 0 && count == 8) {
    return call(arguments + 3, (uint32_t)atoi(arguments[6]), (uint32_t)atoi(arguments[7]));
  }
  if (strcmp(arguments[1], "serve") == 0 && count >= 6) {
    link_.slow_ms = count > 6 ? atoi(arguments[6]) : 0;
    serve(arguments + 3);
  }
  if (strcmp(arguments[1], "hang") == 0) return hang();
  die("invalid arguments");
}
