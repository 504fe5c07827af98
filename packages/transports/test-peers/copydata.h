/* The copydata: transport of docs/wire-protocol.md for one connection at a time. */
#pragma once
#define _CRT_RAND_S
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum { MAGIC = 0x31435058, CHUNK = 65536, HEADER = 24, KEY = 16, INTRODUCTION = 24, STREAM = 1 << 20 };
enum { OPEN = 1, ACCEPT, REFUSE, DATA, CLOSE_, READY };
enum { IGNORED, TAKEN, BUSY, OVER };

/* One connection. Each side chooses the key that it expects in received chunks. */
static struct {
  int is_open, peer_closed, slow_ms, sends_twice, skips;
  HWND own, peer;
  uint8_t own_key[KEY], peer_key[KEY];
  uint32_t next_sent, next_received, duplicates;
  uint8_t stream[STREAM];
  size_t length;
} link_;

static void make_key(uint8_t *key) {
  for (int i = 0; i < KEY; i += 4) {
    unsigned number;
    rand_s(&number);
    memcpy(key + i, &number, 4);
  }
}

static void forget(void) {
  link_.is_open = 0;
  link_.peer_closed = 0;
  link_.next_sent = link_.next_received = 0;
  link_.length = 0;
  make_key(link_.own_key);
}

/* Takes a chunk within the window procedure: copies it and returns. */
static LRESULT take_chunk(const COPYDATASTRUCT *data) {
  const uint8_t *chunk = data->lpData;
  if (data->dwData != MAGIC || chunk == NULL || data->cbData < HEADER || data->cbData > CHUNK) return IGNORED;
  uint32_t sequence;
  memcpy(&sequence, chunk + 16, 4);
  const uint8_t *payload = chunk + HEADER;
  size_t length = data->cbData - HEADER;
  if (chunk[20] == OPEN) {
    if (length != INTRODUCTION) return IGNORED;
    if (link_.is_open) return memcmp(link_.peer_key, payload + 8, KEY) == 0 ? TAKEN : BUSY;
    uint64_t window;
    memcpy(&window, payload, 8);
    forget();
    link_.peer = (HWND)(uintptr_t)window;
    memcpy(link_.peer_key, payload + 8, KEY);
    link_.next_received = 1;
    link_.is_open = 1;
    PostMessageW(link_.own, WM_APP, OPEN, 0);
    return TAKEN;
  }
  if (memcmp(chunk, link_.own_key, KEY) != 0) return OVER;
  if (chunk[20] == READY) return TAKEN;
  if (sequence != link_.next_received) {
    link_.duplicates += sequence + 1 == link_.next_received;
    return sequence + 1 == link_.next_received ? TAKEN : OVER;
  }
  if (chunk[20] == DATA) {
    if (link_.length + length > STREAM) return BUSY;
    memcpy(link_.stream + link_.length, payload, length);
    link_.length += length;
    if (link_.slow_ms > 0) Sleep((DWORD)link_.slow_ms);
  } else if (chunk[20] == ACCEPT && length == INTRODUCTION) {
    uint64_t window;
    memcpy(&window, payload, 8);
    link_.peer = (HWND)(uintptr_t)window;
    memcpy(link_.peer_key, payload + 8, KEY);
    link_.is_open = 1;
  } else if (chunk[20] == CLOSE_ || chunk[20] == REFUSE) {
    link_.peer_closed = 1;
  } else {
    return OVER;
  }
  link_.next_received++;
  PostMessageW(link_.own, WM_APP, chunk[20], 0);
  return TAKEN;
}

static LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM w, LPARAM l) {
  if (message == WM_COPYDATA) return take_chunk((const COPYDATASTRUCT *)l);
  return DefWindowProcW(window, message, w, l);
}

static void make_window(const wchar_t *title) {
  WNDCLASSW class = {.lpfnWndProc = procedure, .lpszClassName = L"copydata-peer"};
  RegisterClassW(&class);
  link_.own = CreateWindowExW(0, class.lpszClassName, title, 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, NULL, NULL);
  forget();
}

static void die(const char *why) {
  fprintf(stderr, "%s (Windows error %lu)\n", why, GetLastError());
  exit(1);
}

/* Sends one chunk until it is taken; gives up if the window does not answer. */
static int send_chunk(HWND to, uint8_t kind, const uint8_t *key, uint32_t sequence, const void *payload, size_t length) {
  static uint8_t chunk[CHUNK];
  memset(chunk, 0, HEADER);
  if (key != NULL) memcpy(chunk, key, KEY);
  memcpy(chunk + 16, &sequence, 4);
  chunk[20] = kind;
  memcpy(chunk + HEADER, payload, length);
  COPYDATASTRUCT data = {MAGIC, (DWORD)(HEADER + length), chunk};
  for (int attempt = 0; attempt < 500; attempt++) {
    DWORD_PTR result = IGNORED;
    WPARAM from = link_.sends_twice ? 0x1234 : (WPARAM)link_.own;
    LRESULT sent = SendMessageTimeoutW(to, WM_COPYDATA, from, (LPARAM)&data, SMTO_NORMAL | SMTO_ABORTIFHUNG, 100, &result);
    if (sent != 0 && result == TAKEN && link_.sends_twice) {
      sent = SendMessageTimeoutW(to, WM_COPYDATA, from, (LPARAM)&data, SMTO_NORMAL, 1000, &result);
    }
    if (sent != 0 && result == TAKEN) return 1;
    if (sent != 0 && result != BUSY) return 0;
    if (sent == 0 && GetLastError() == ERROR_INVALID_WINDOW_HANDLE) return 0;
    MSG message;
    while (PeekMessageW(&message, NULL, 0, 0, PM_REMOVE)) DispatchMessageW(&message);
    Sleep(10);
  }
  return 0;
}

static int send_next(uint8_t kind, const void *payload, size_t length) {
  link_.next_sent += (uint32_t)link_.skips;
  return send_chunk(link_.peer, kind, link_.peer_key, link_.next_sent++, payload, length);
}

static void introduce(HWND to, uint8_t kind, const uint8_t *key) {
  uint8_t payload[INTRODUCTION];
  uint64_t window = (uintptr_t)link_.own;
  memcpy(payload, &window, 8);
  memcpy(payload + 8, link_.own_key, KEY);
  if (!send_chunk(to, kind, key, link_.next_sent++, payload, sizeof payload)) die("the opening was not taken");
}

static void send_frame(const uint8_t *message, size_t length) {
  static uint8_t frame[STREAM];
  uint32_t header = (uint32_t)length;
  memcpy(frame, &header, 4);
  memcpy(frame + 4, message, length);
  for (size_t at = 0; at < length + 4; at += CHUNK - HEADER) {
    size_t rest = length + 4 - at;
    if (send_next(DATA, frame + at, rest < CHUNK - HEADER ? rest : CHUNK - HEADER)) continue;
    fprintf(stderr, "a chunk was not taken\n");
    return forget();
  }
}

/* Returns the next complete message, valid until the next call, or NULL. */
static const uint8_t *next_frame(uint32_t *length) {
  static uint8_t message[STREAM];
  if (link_.length < 4) return NULL;
  memcpy(length, link_.stream, 4);
  if (link_.length - 4 < *length) return NULL;
  memcpy(message, link_.stream + 4, *length);
  link_.length -= 4 + *length;
  memmove(link_.stream, link_.stream + 4 + *length, link_.length);
  return message;
}

/* Runs the window procedure until a chunk has arrived, and returns its kind. */
static WPARAM wait_for_chunk(void) {
  MSG message;
  for (;;) {
    if (GetMessageW(&message, NULL, 0, 0) <= 0) exit(0);
    if (message.message == WM_APP) return message.wParam;
    DispatchMessageW(&message);
  }
}
